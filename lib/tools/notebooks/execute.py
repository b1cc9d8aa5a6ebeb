"""Runs one notebook from the first to the last cell in a fresh kernel and saves it after every cell.

    python execute.py SOURCE.ipynb TARGET.ipynb [--kernel deepnets] [--cwd notebooks] [--with-parent] [--skip-tag TAG]

One line on stdout per event: `cell 3/12` (starts), `done 3/12 0.41` (ended, seconds), and as the last one of
`finished 12/12`, `failed {json}`, `died {json}`, `stopped {json}` with cell, line, ename, evalue and message.
Exit code: 0 all cells ran, 1 a cell failed, 2 nothing could be run, 3 the kernel died, 130 stopped by a signal.
"""

import argparse
import asyncio
import contextlib
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import warnings

# Read before the libraries below load: a parent that ends meanwhile must not be missed.
PARENT = int(os.environ.get("DEEPNETS_PARENT") or os.getppid())

# Until the kernel runs, a signal just ends this process: the libraries below take a second to load.
for early in (signal.SIGINT, signal.SIGTERM):
    signal.signal(early, lambda *_: os._exit(130))

import nbformat
import whole
from jupyter_client.kernelspec import NoSuchKernel
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
# What the engine writes at every start, whatever its log level says.
ENGINE_NOISE = re.compile(
    r"oneDNN custom operations are on|This TensorFlow binary is optimized to use available CPU instructions"
    r"|To enable the following instructions:"
    r"|All log messages before absl::InitializeLog\(\) is called are written to STDERR"
)
# Ends the kernel's process group once our end of the pipe closes without a word, which means that we were killed.
WATCHDOG = """
import os, signal, sys
group = int(sys.argv[1])
signal.signal(signal.SIGINT, signal.SIG_IGN)
if not sys.stdin.read():
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass
"""
# Seconds that an interrupted cell has to write its checkpoint.
GRACE = 10


class Died(Exception):
    pass


class Runner(NotebookClient):
    """nbclient that also keeps what a cell sends after its end."""

    def __init__(self, nb, **options):
        super().__init__(nb, **options)
        self.senders = {}
        self.begun = asyncio.Event()  # set once the kernel runs the cell that was sent last
        self.late_error = None
        self.settles = False  # whether the kernel knows when nothing is under way any more
        self.reply = {}
        self.on_cell_error = self.note

    def note(self, cell, cell_index, execute_reply):
        self.reply = execute_reply["content"]

    async def _async_poll_output_msg(self, parent_msg_id, cell, cell_index):
        self.senders[parent_msg_id] = (cell, cell_index)
        while True:
            msg = await self.kc.iopub_channel.get_msg(timeout=None)
            if self.take(msg, parent_msg_id):
                return

    def take(self, msg, running):
        """Files one message with its cell; true when it ends the running cell."""
        parent = msg["parent_header"].get("msg_id")
        if parent not in self.senders:
            return False
        if msg["msg_type"] == "execute_input" and parent == running:
            self.begun.set()
        if msg["msg_type"] == "status":
            return parent == running and msg["content"]["execution_state"] == "idle"
        cell, index = self.senders[parent]
        if parent != running:
            if msg["msg_type"] == "clear_output":
                return False
            if msg["msg_type"] == "error":
                self.late_error = (cell, msg["content"])
            msg["content"].pop("execution_count", None)
        self.process_message(msg, cell, index)
        return False

    async def settle(self, process):
        """Takes messages after the last cell, until nothing that a cell started is under way.

        Our kernel says when that is so, and which cell does not end; another kernel has half a second.
        """
        request = self.kc.session.msg("settle_request", {})
        if self.settles:
            self.kc.shell_channel.send(request)
        end = time.monotonic() + (30 if self.settles else 0.5)
        while (left := end - time.monotonic()) > 0:
            try:
                msg = await self.kc.iopub_channel.get_msg(timeout=min(left, 1))
            except Exception:  # queue.Empty
                if process.poll() is not None:
                    raise Died("cell") from None
                continue
            # Whatever a cell has shown was sent before this.
            if self.ends(msg, request):
                return
            self.take(msg, None)

    @staticmethod
    def ends(msg, request):
        """Whether a message says that a request has been answered."""
        return (
            msg["parent_header"].get("msg_id") == request["header"]["msg_id"]
            and msg["msg_type"] == "status"
            and msg["content"]["execution_state"] == "idle"
        )


def say(word, rest):
    with contextlib.suppress(BrokenPipeError):  # nobody reads any more, but the notebook is saved all the same
        print(word, json.dumps(rest, ensure_ascii=False) if isinstance(rest, dict) else rest, flush=True)


def save(nb, target):
    with whole.writing(target) as file:
        nbformat.write(nb, file)


def is_run(cell):
    return cell.cell_type == "code" and cell.source.strip() != ""


def clear(nb):
    nb.metadata.pop("widgets", None)
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            cell.metadata.pop("execution", None)
            note = cell.metadata.get("deepnets", {})
            note.pop("executed", None)
            note.pop("outputs", None)
            if not note:
                cell.metadata.pop("deepnets", None)


def line_of(content):
    if isinstance(content.get("line"), int):
        return content["line"]
    text = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(content.get("traceback") or []))
    found = re.search(r"\bcell\b[^\n]*?:(\d+)|\bline (\d+)|<anonymous>:(\d+)", text)
    return int(next(group for group in found.groups() if group)) if found else None


def failure(number, content):
    line = line_of(content)
    ename, evalue = content.get("ename") or "Error", content.get("evalue") or ""
    place = f"cell {number}" + (f", line {line}" if line else "")
    return {"cell": number, "line": line, "ename": ename, "evalue": evalue, "message": f"{place}: {ename}: {evalue}"}


def named(content, cell):
    """A reply that names its error. Stock tslab's does not; its stderr does."""
    if content.get("ename"):
        return content
    text = "".join(output.text for output in cell.outputs if output.output_type == "stream" and output.name == "stderr")
    lines = [line for line in text.splitlines() if line.strip()]
    found = re.match(r"(?:Uncaught )?(\w*Error|Error): (.*)", lines[0]) if lines else None
    name, value = found.groups() if found else ("Error", lines[0] if lines else "")
    return {"ename": name, "evalue": value, "traceback": lines}


def oom_kills():
    """How many processes the system has killed for lack of memory so far, where it counts them."""
    total = 0
    for file in ("/proc/vmstat", "/sys/fs/cgroup/memory.events"):
        try:
            with open(file) as lines:
                total += sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))
        except OSError:
            pass
    return total


def why_short(log):
    """What a kernel lacked, if its log says so; else None."""
    if re.search(r"\b(EMFILE|ENFILE)\b|Too many open files", log):
        return "it may open too few files: close other programs or raise the limit (ulimit -n 1024)"
    if re.search(r"\bENOMEM\b|bad_alloc|Cannot allocate memory|out of memory|process OOM|allocation failed", log, re.I):
        return "it ran out of memory: close other programs or raise the limit (ulimit -v)"
    return None


def why_dead(code, log, kills):
    if "heap out of memory" in log:
        return (
            "it ran out of JavaScript memory (heap limit): "
            "raise it with NODE_OPTIONS=--max-old-space-size=4096 or keep less data alive"
        )
    if (short := why_short(log)) or oom_kills() > kills:
        return short or "it ran out of memory: close other programs or use a machine with more memory"
    if code == -signal.SIGKILL:
        return (
            "it was killed (SIGKILL), as the system does when memory runs out: "
            "close other programs or use a machine with more memory"
        )
    if code is not None and code < 0:
        return f"it was ended by {signal.Signals(-code).name}: run the notebook again"
    if errors := re.findall(r"^(?:\w+: )*\w*Error\b.*$", log, re.MULTILINE):
        return (
            f"it ended with exit code {code} after {errors[0]}: run the notebook again, and report it if it comes back"
        )
    return f"it ended by itself with exit code {code}: remove process.exit() from the cell"


async def run(nb, args, log, stopped, starts=5):
    """Executes the cells; returns the exit code.

    A kernel that finds its port taken is started again, up to `starts` times.
    """
    code_cells = [index for index, cell in enumerate(nb.cells) if is_run(cell)]
    total = len(code_cells)
    left_out = [index for index in code_cells if args.skip_tag in nb.cells[index].metadata.get("tags", [])]
    kills = oom_kills()
    options = {"coalesce_streams": True, "record_timing": False, "force_raise_errors": True, "startup_timeout": 120}
    client = Runner(nb, kernel_name=args.kernel, timeout=None, resources={"metadata": {"path": args.cwd}}, **options)
    client.log.disabled = True  # every case below has its own sentence
    manager = client.create_kernel_manager()
    manager.connection_file = args.connection_file
    await client.async_start_new_kernel(stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    process = manager.provisioner.process
    watchdog = subprocess.Popen(
        [sys.executable, "-c", WATCHDOG, str(process.pid)], stdin=subprocess.PIPE, start_new_session=True
    )
    number = 0
    try:
        starting = asyncio.ensure_future(client.async_start_new_kernel_client())
        await asyncio.wait({starting, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            starting.cancel()
            return report_stop(stopped, 0, total)
        try:
            starting.result()
        except RuntimeError as error:
            raise Died("start", str(error)) from None
        info = await client.async_wait_for_reply(client.kc.kernel_info())
        nb.metadata.language_info = info["content"]["language_info"]
        client.settles = "settle" in (info["content"].get("supported_features") or [])
        for number, index in enumerate(code_cells, 1):
            if stopped.done():
                return report_stop(stopped, number - 1, total)
            if index in left_out:
                continue
            cell = nb.cells[index]
            say("cell", f"{number}/{total}")
            began = time.monotonic()
            client.begun.clear()
            source = hashlib.sha256(cell.source.encode()).hexdigest()
            task = asyncio.ensure_future(client.async_execute_cell(cell, index, execution_count=number))
            await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                # An interrupt first, so that training writes its checkpoint; only a cell that has begun hears it.
                beginning = asyncio.ensure_future(client.begun.wait())
                await asyncio.wait({task, beginning}, timeout=GRACE / 2, return_when=asyncio.FIRST_COMPLETED)
                beginning.cancel()
                await manager.interrupt_kernel()
                await asyncio.wait({task}, timeout=GRACE)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                save(nb, args.target)
                return report_stop(stopped, number, total)
            error = None
            try:
                task.result()
            except CellExecutionError:
                error = failure(number, named(client.reply, cell))
            except DeadKernelError:
                raise Died("cell") from None
            cell.metadata.setdefault("deepnets", {})["executed"] = source
            if error is None and all(later in left_out for later in code_cells[number:]):
                settling = asyncio.ensure_future(client.settle(process))
                await asyncio.wait({settling, stopped}, return_when=asyncio.FIRST_COMPLETED)
                if settling.done():
                    settling.result()
                settling.cancel()
            if error is None:
                unseen = next((output for output in cell.outputs if output.output_type == "error"), None)
                error = failure(number, unseen) if unseen else None
            if error is None and client.late_error:
                sender, content = client.late_error
                error = failure(next(n for n, i in enumerate(code_cells, 1) if nb.cells[i] is sender), content)
            save(nb, args.target)
            say("done", f"{number}/{total} {time.monotonic() - began:.2f}")
            if error:
                say("failed", error)
                return 1
        say("finished", f"{total}/{total}")
        return 0
    except Died as death:
        save(nb, args.target)
        await asyncio.sleep(0.2)
        log.seek(0)
        text = log.read().decode("utf-8", "replace")
        # Ports are chosen before the kernel opens them: one that starts beside it may have taken the same.
        if death.args[0] == "start" and "Address already in use" in text and starts > 1:
            log.seek(0)
            log.truncate()
        else:
            message = f"the kernel died in cell {number}: {why_dead(process.poll(), text, kills)}."
            if death.args[0] == "start":
                why = why_short(text)
                why = f": {why}" if why else f" ({death.args[1].rstrip('.')}): run `npm run doctor`"
                message = f"the kernel did not start{why}."
            tail = [line for line in text.splitlines() if line.strip() and not ENGINE_NOISE.search(line)][-20:]
            say(
                "died",
                {
                    "cell": number,
                    "line": None,
                    "ename": "DeadKernel",
                    "evalue": message,
                    "message": message,
                    "stderr": tail,
                },
            )
            return 3
    finally:
        if client.km is not None:
            await client._async_cleanup_kernel()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        watchdog.communicate(b"done")
    return await run(nb, args, log, stopped, starts - 1)


def report_stop(stopped, number, total):
    say("stopped", {"cell": number, "message": f"stopped by {stopped.result()} in cell {number} of {total}"})
    return 130


async def supervise(nb, args, log):
    loop = asyncio.get_running_loop()
    stopped = loop.create_future()

    def stop(reason):
        if not stopped.done():
            stopped.set_result(reason)

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        loop.add_signal_handler(getattr(signal, name), stop, name)

    async def watch():
        while os.getppid() == PARENT:
            await asyncio.sleep(0.5)
        stop("the end of the program that started it")

    watching = asyncio.ensure_future(watch()) if args.with_parent else None
    try:
        return await run(nb, args, log, stopped)
    finally:
        if watching:
            watching.cancel()


def main():
    parser = argparse.ArgumentParser(prog="execute.py")
    parser.add_argument("source")
    parser.add_argument("target")
    parser.add_argument("--kernel", default="deepnets")
    parser.add_argument("--cwd", default=os.path.join(ROOT, "notebooks"))
    parser.add_argument("--with-parent", action="store_true", help="stop when the program that started this one ends")
    parser.add_argument("--skip-tag", metavar="TAG", help="leave out the cells that carry this tag")
    args = parser.parse_args()
    # Cells without an id, or with the same one, get a new one: nothing that a user must hear.
    warnings.simplefilter("ignore", (nbformat.warnings.MissingIDFieldWarning, nbformat.warnings.DuplicateCellId))
    try:
        nb = nbformat.read(args.source, as_version=4)
        clear(nb)
        save(nb, args.target)
    except Exception as error:  # nbformat raises many kinds; each means the same to a user
        print(f"Expected {args.source} to be a notebook but found: {str(error).splitlines()[0]}", file=sys.stderr)
        return 2
    # Named like the library's temporary folders: where this program is killed, the next one that makes such a folder
    # removes it.
    ours = tempfile.TemporaryDirectory(prefix=f"deepnets-kernel-{os.getpid()}-")
    with tempfile.TemporaryFile() as log, ours as folder:
        args.connection_file = os.path.join(folder, "kernel.json")
        try:
            code = asyncio.run(supervise(nb, args, log))
        except NoSuchKernel:
            print(
                f"Expected a Jupyter kernel named {args.kernel} but found none: run `npm run doctor`.", file=sys.stderr
            )
            return 2
        except OSError as error:
            print(
                f"Expected to save {args.target} but found: {error.strerror}: "
                "make room or the folder writable and run it again.",
                file=sys.stderr,
            )
            return 2
        log.seek(0)
        for line in log.read().decode("utf-8", "replace").splitlines():
            if code != 3 and line.strip() and not ENGINE_NOISE.search(line):
                print(line, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
