"""Ends a program when the one that started it is gone: the end of that one closes our standard input."""

import os
import signal
import threading


def stop_with_parent() -> None:
    """Sends this process SIGTERM once its standard input ends; call it before the imports, which take a second."""
    # A child that shares the pipe could change it: a Node that reads its standard input makes the pipe answer at once.
    pipe = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.set_blocking(pipe, True)

    def wait() -> None:
        while os.read(pipe, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()
