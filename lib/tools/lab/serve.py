"""Starts JupyterLab with our settings alone, and stops it when the process that started this one is gone.

That one's end closes our standard input. The token comes in the environment and leaves it here: a kernel has no use
for it.
"""

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

from jupyter_core import paths  # noqa: E402  (after the watcher: a parent that dies meanwhile is noticed)

# The user's own folders are named away in the environment; what the machine's owner set (/etc/jupyter) could open the
# server as well. Our environment's folder stays: it says which parts of JupyterLab are on.
paths.SYSTEM_CONFIG_PATH[:] = []

from jupyterlab.labapp import main  # noqa: E402

sys.argv[0] = "jupyter-lab"
# Behind the settings of our command, in this process alone: a command line can be read by every user of the machine.
sys.exit(main([*sys.argv[1:], f"--IdentityProvider.token={os.environ.pop('JUPYTER_TOKEN')}"]))
