"""Runs Snakemake as the only one in its folder: workflow.py LOCK NEW-PLAN PLAN ARGUMENT-OF-SNAKEMAKE...

NEW-PLAN becomes PLAN once the folder is ours: the jobs of a sweep at work read theirs. Exit code 75 when another sweep
is at work there. Ends its jobs when the process that started it is gone.
"""

import json
import os
import shutil
import signal
import sys

import locked
import parent


def interrupt():
    # The whole group, as Ctrl-C does: jobs write their checkpoints, Snakemake ends.
    os.killpg(os.getpgrp(), signal.SIGINT)


def remove_stale_lock():
    # We hold our own lock, so whoever left these behind has ended.
    locks = os.path.join(".snakemake", "locks")
    if os.path.isdir(locks) and os.listdir(locks):
        shutil.rmtree(locks)
        print("note: removed the lock of a sweep that was killed", flush=True)


def cut_off(plan):
    """Records whose notebook was killed between the end of the training and its own: Snakemake takes them for done."""
    with open(plan, encoding="utf-8") as file:
        jobs = json.load(file)["jobs"]
    for job in jobs:
        record = f"{job['part']}/{job['run']}/record.json"
        try:
            with open(f"sweeps/jobs/{job['part']}/{job['run']}/state.json", encoding="utf-8") as file:
                status = json.load(file)["status"]
        except (OSError, ValueError):
            continue
        if status in ("running", "stopped") and os.path.exists(record):
            yield record


def main(lock, new_plan, plan, *arguments):
    if os.getpgrp() == os.getpid():
        parent.watch(interrupt)
    try:
        held = locked.take(lock)
    except locked.Held as holder:
        print(f"held: {holder}", flush=True)
        return 75
    remove_stale_lock()
    os.replace(new_plan, plan)
    again = list(cut_off(plan))
    from snakemake.cli import main as snakemake

    try:
        return snakemake([*arguments, *(["--forcerun", *again] if again else [])])
    finally:
        held.close()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
