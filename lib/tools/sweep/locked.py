"""A lock that the system releases when its holder ends, however it ends. It holds between machines that share a file
system.
"""

import errno
import fcntl
import os
import socket


class Held(Exception):
    """Another process has the lock; the text says which."""


def take(path, wait=False):
    """Opens and locks `path` until this process ends; returns the open file, which must be kept."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    file = open(path, "a+", encoding="utf-8")  # noqa: SIM115 - closing it would let the lock go
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EAGAIN):
            raise
        file.seek(0)
        raise Held(file.read().strip() or "an unnamed process") from None
    file.truncate(0)
    file.write(f"process {os.getpid()} on {socket.gethostname()}\n")
    file.flush()
    return file
