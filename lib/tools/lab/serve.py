"""Starts JupyterLab, and stops it when the process that started this one is gone: its end closes our standard input."""

import os
import signal
import sys
import threading


def stop_with_parent() -> None:
    # Not through sys.stdin: a buffered read cannot be left when the interpreter ends.
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


threading.Thread(target=stop_with_parent, daemon=True).start()

from jupyterlab.labapp import main  # noqa: E402  (after the watcher: a parent that dies meanwhile is noticed)

sys.argv[0] = "jupyter-lab"
sys.exit(main())
