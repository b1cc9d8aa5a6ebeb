"""Writes a file whole or not at all: who reads it sees the old one or the new one, also after a kill."""

import contextlib
import os


@contextlib.contextmanager
def writing(path):
    """An open text file, which takes the place of `path` at the end of the block."""
    # One name, so that what a kill leaves is written over by the next run; of a full disk nothing stays.
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
