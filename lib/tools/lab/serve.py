"""Starts JupyterLab with our settings only, and stops it when the process that started this one is gone.

The token comes in the environment and is taken out of it here: kernels do not need it.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../src/base"))
from with_parent import stop_with_parent  # noqa: E402

stop_with_parent()
sys.path.pop(0)

from jupyter_core import paths  # noqa: E402  (after the watcher: a parent that dies meanwhile is noticed)

# The environment already replaces the user's own folders; settings of the machine (/etc/jupyter) could open the server
# as well. Our environment's folder stays: it says which parts of JupyterLab are on.
paths.SYSTEM_CONFIG_PATH[:] = []

from jupyterlab.labapp import main  # noqa: E402

sys.argv[0] = "jupyter-lab"
# Added in this process alone: every user of the machine can read a command line.
sys.exit(main([*sys.argv[1:], f"--IdentityProvider.token={os.environ.pop('JUPYTER_TOKEN')}"]))
