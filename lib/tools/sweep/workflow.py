"""Runs Snakemake, one at a time in a folder: workflow.py LOCK NEW-PLAN PLAN ARGUMENT-OF-SNAKEMAKE...

NEW-PLAN becomes PLAN only once the folder is ours, since the jobs of a sweep at work read PLAN. The exit code is 75
when another sweep is at work there. It ends its jobs when the process that started it is gone.
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
    # We hold our own lock, so the sweep that left these behind has ended.
    locks = os.path.join(".snakemake", "locks")
    if os.path.isdir(locks) and os.listdir(locks):
        shutil.rmtree(locks)
        print("note: removed the lock of a sweep that was killed", flush=True)


def cut_off(plan):
    """Records whose notebook was killed after its training and before its end; Snakemake would take them for done."""
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
