"""Notices when the process that started this one is gone, so that nothing outlives a killed sweep."""

import os
import threading
import time


def watch(react):
    """Calls `react` once, in a thread, when the parent has ended."""
    parent = os.getppid()

    def wait():
        while os.getppid() == parent:
            time.sleep(0.5)
        react()

    threading.Thread(target=wait, daemon=True).start()
