"""TensorBoard for pages of this machine only: python tensorboard.py [TensorBoard's options] --host 127.0.0.1.

It refuses a page that reaches it under a name other than this machine's (a foreign site whose name resolves to this
machine), and it ends, with its data server, when the process that started it is gone.
"""

import os
import sys

sys.path[0] = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../base")
from with_parent import stop_with_parent  # noqa: E402

stop_with_parent()
sys.path.pop(0)  # with it goes this file's folder, which holds a module of TensorBoard's name, this one

from absl import app  # noqa: E402  (after the watcher: a parent that dies meanwhile is noticed)
from tensorboard import default, main_lib, program  # noqa: E402


class OwnPages(program.WerkzeugServer):
    def __init__(self, wsgi_app, flags):
        def guarded(environ, start_response):
            name = environ.get("HTTP_HOST", "").rpartition(":")[0] or environ.get("HTTP_HOST", "")
            if name in ("127.0.0.1", "localhost"):
                return wsgi_app(environ, start_response)
            start_response("403 Forbidden", [("Content-Type", "text/plain; charset=utf-8")])
            return [b"Expected 127.0.0.1 or localhost in the address: TensorBoard serves only this machine.\n"]

        super().__init__(guarded, flags)


main_lib.global_init()
board = program.TensorBoard(plugins=default.get_plugins(), server_class=OwnPages)
app.run(board.main, flags_parser=board.configure)
