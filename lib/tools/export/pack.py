"""Packs files into a zip whose bytes depend on nothing but names and contents: sorted, with fixed dates and modes.

Reads {"target": path, "folder": name within the archive, "files": [[name, path], ...]} on stdin.
"""

import json
import os
import sys
import zipfile

job = json.load(sys.stdin)
part = f"{job['target']}.{os.getpid()}.part"
try:
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, path in sorted(job["files"]):
            entry = zipfile.ZipInfo(f"{job['folder']}/{name}", date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            with open(path, "rb") as file:
                archive.writestr(entry, file.read(), compresslevel=9)
    os.replace(part, job["target"])
finally:
    if os.path.exists(part):
        os.remove(part)
