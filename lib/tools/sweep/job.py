"""One job of a sweep: runs one notebook with one seed and one setting, and makes sure that it leaves a finished record.

    job.py PLAN PART RUN ATTEMPT

It uses only the standard library: on a cluster it runs on a node. Its files are under `sweeps/jobs/<part>/<run>/`:
`state.json` for the sweep that watches, `log.txt` of all attempts, the executed notebook, and a lock.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import locked
import parent

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "notebooks"))
import whole  # noqa: E402

# Seconds that a stopped notebook has to write its checkpoint; Slurm kills after 30.
GRACE = 25
# On a trial cluster many nodes share one host name.
HOST = os.environ.get("SLURMD_NODENAME") or socket.gethostname()


class Failed(Exception):
    pass


class Job:
    def __init__(self, plan, part, run, attempt):
        with open(plan, encoding="utf-8") as file:
            self.plan = json.load(file)
        self.job = next(job for job in self.plan["jobs"] if job["part"] == part and job["run"] == run)
        self.attempt = int(attempt)
        self.record = os.path.join(self.plan["runs"], part, run, "record.json")
        self.folder = os.path.join(self.plan["runs"], "sweeps", "jobs", part, run)
        self.child = None
        self.stopped = False

    def execute(self):
        """Returns the exit code; raises Failed with what the user should read."""
        with locked.take(
            os.path.join(self.folder, "lock"), wait=True
        ):  # until a run left over from a killed sweep has ended
            last = self.last_state()
            cut_off = last.get("status") in ("running", "stopped")
            # A notebook that was cut off after training has not yet added the later measurements to its record: it
            # runs again.
            if os.path.exists(self.record) and not cut_off:
                return 0
            if cut_off:
                self.free_run(last)
            before = stamp(self.record)
            self.tell("running")
            try:
                self.run_notebook()
                check(self.record, self.plan["check"])
                self.tell("finished")
            except Failed as failure:
                if self.stopped or stamp(self.record) == before or not is_whole(self.record, self.plan["check"]):
                    self.tell("stopped" if self.stopped else "failed", str(failure))
                    raise
                # The run itself is whole and stays, although a later cell failed; a retry would only train the same
                # again.
                self.tell("finished", str(failure))
                self.report("afterwards", failure)
            return 0

    def last_state(self):
        file = os.path.join(self.folder, "state.json")
        with contextlib.suppress(OSError, ValueError), open(file, encoding="utf-8") as state:
            return json.load(state)
        return {}

    def free_run(self, last):
        """Removes the training's lock that an earlier attempt left on another machine. That attempt has ended, since
        this one holds the job's lock.
        """
        file = os.path.join(os.path.dirname(self.record), "lock")
        with contextlib.suppress(OSError, ValueError):
            with open(file, encoding="utf-8") as lock:
                host = json.load(lock)["host"]
            if host == last.get("machine") != socket.gethostname():
                time.sleep(5)  # its kernel ends a moment after it
                os.remove(file)

    def report(self, kind, text):
        # Printed too: the sweep on this machine reads it even when the disk is full.
        print(f"{kind}: {self.job['part']}/{self.job['run']}: {text}", file=sys.stderr, flush=True)

    def run_notebook(self):
        target = os.path.join(self.folder, "notebook.ipynb")
        command = self.job["command"] or [*self.plan["execute"], self.job["notebook"], target]
        said = ""
        with contextlib.suppress(OSError):  # a full disk must not cost the run that still fits
            self.log = open(os.path.join(self.folder, "log.txt"), "a", encoding="utf-8")  # noqa: SIM115
        self.write(f"-- attempt {self.attempt}, {time.strftime('%Y-%m-%d %H:%M:%S')}, {HOST}, process {os.getpid()}\n")
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        self.child = subprocess.Popen(command, env=self.environment(), text=True, errors="replace", **pipes)
        for line in self.child.stdout:
            self.write(line)
            said = line.strip() if line.strip() and not verdict(said) else said
        code = self.child.wait()
        self.write(f"-- exit code {code}\n")
        if code != 0:
            raise Failed(verdict(said) or said or f"the notebook's runner ended with exit code {code}")

    def environment(self):
        """What `parameters` in the notebook reads. A sweep does not decide whether a run starts anew or goes on."""
        given = {
            name: value
            for name, value in os.environ.items()
            if name not in ("DEEPNETS_FRESH", "DEEPNETS_THREADS", "DEEPNETS_SET")
        }
        given.update(
            DEEPNETS_PROFILE=self.plan["profile"], DEEPNETS_SEED=str(self.job["seed"]), DEEPNETS_RUNS=self.plan["runs"]
        )
        if self.job["set"]:
            given["DEEPNETS_SET"] = self.job["set"]
        if self.job["threads"]:  # else the notebook's own setting holds
            given["DEEPNETS_THREADS"] = self.job["threads"]
        return given

    def write(self, text):
        with contextlib.suppress(OSError, AttributeError):
            self.log.write(text)
            self.log.flush()

    def tell(self, status, text=""):
        state = {
            "sweep": self.plan["id"],
            "status": status,
            "attempt": self.attempt,
            "message": text,
            "host": HOST,
            "machine": socket.gethostname(),
            "process": os.getpid(),
            "time": time.time(),
        }
        file = os.path.join(self.folder, "state.json")
        with contextlib.suppress(OSError), whole.writing(file) as part:
            json.dump(state, part)

    def stop(self, *_):
        """Interrupts the notebook, so that it writes its checkpoint; kills it when that takes too long."""
        self.stopped = True
        if self.child is None:
            os._exit(130)
        self.child.terminate()
        timer = threading.Timer(GRACE, self.child.kill)
        timer.daemon = True
        timer.start()


def verdict(line):
    """The sentence in the runner's last word: `failed {"message": ...}`; the kernel's own output may follow it."""
    word, _, rest = line.partition(" ")
    with contextlib.suppress(ValueError, KeyError, TypeError):
        return json.loads(rest)["message"] if word in ("failed", "died", "stopped") else ""
    return ""


def stamp(file):
    """A value that changes whenever the file is replaced; None when there is none."""
    with contextlib.suppress(OSError):
        status = os.stat(file)
        return status.st_mtime_ns, status.st_ino
    return None


def check(record, command):
    """Asks the library's own reader whether the record is whole and of a finished run; raises Failed if not."""
    if not os.path.exists(record):
        raise Failed(
            f"Expected the notebook to leave a record but found none ({record}): "
            "does it call train with parameters of this part?"
        )
    found = subprocess.run([*command, record], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if found.returncode != 0:
        raise Failed(found.stderr.strip() or f"The record's reader ended with exit code {found.returncode} ({record}).")


def is_whole(record, command):
    with contextlib.suppress(Failed):
        check(record, command)
        return True
    return False


def main(plan, part, run, attempt):
    job = Job(plan, part, run, attempt)
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, job.stop)
    parent.watch(lambda: os.kill(os.getpid(), signal.SIGTERM))
    try:
        return job.execute()
    except Failed as failure:
        job.report("failed", failure)
        return 130 if job.stopped else 1
    except OSError as error:
        place = error.filename or job.folder
        job.report("failed", f"Expected to write {place} but found: {error.strerror}: make room or the folder writable")
        return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
