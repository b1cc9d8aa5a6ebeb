"""Writes a file whole or not at all: its readers see the old one or the new one, even after a kill."""

import contextlib
import os


@contextlib.contextmanager
def writing(path):
    """An open text file, which takes the place of `path` at the end of the block."""
    # Always the same name, so that the next run overwrites what a kill leaves; after a full disk nothing is left.
    part = f"{path}.part"
    try:
        with open(part, "w", encoding="utf-8") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.remove(part)
