"""TensorBoard for this machine's own pages alone: python tensorboard.py [TensorBoard's options] --host 127.0.0.1.

It refuses a page that reaches it by another name than this machine's (a foreign site that has its name point here), and
it ends, with its data server, when the process that started it is gone: the end of that one closes our standard input.
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
sys.path.pop(0)  # this file's folder: it holds a module of TensorBoard's name, this one

from absl import app  # noqa: E402  (after the watcher: a parent that dies meanwhile is noticed)
from tensorboard import default, main_lib, program  # noqa: E402


class OwnPages(program.WerkzeugServer):
    def __init__(self, wsgi_app, flags):
        def guarded(environ, start_response):
            name = environ.get("HTTP_HOST", "").rpartition(":")[0] or environ.get("HTTP_HOST", "")
            if name in ("127.0.0.1", "localhost"):
                return wsgi_app(environ, start_response)
            start_response("403 Forbidden", [("Content-Type", "text/plain; charset=utf-8")])
            return [b"Expected 127.0.0.1 or localhost in the address: TensorBoard serves this machine alone.\n"]

        super().__init__(guarded, flags)


main_lib.global_init()
board = program.TensorBoard(plugins=default.get_plugins(), server_class=OwnPages)
app.run(board.main, flags_parser=board.configure)
