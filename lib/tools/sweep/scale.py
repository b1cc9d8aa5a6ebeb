"""What becomes of a sweep on many nodes, measured on one machine: the same workflow, with jobs that sleep instead of training.

    .engine/sweep-*/bin/python lib/tools/sweep/scale.py [--jobs 1000] [--nodes 50] [--minutes h6-1a=0.6,...] [--limit 360]

Starts a trial cluster (cluster.py) with as many one-core nodes as asked for, sweeps over the five parts with as many seeds as make so many
jobs, each of which sleeps a hundredth of its part's minutes and leaves a small record, and prints makespan, idle share, submission rate and
files written. After --limit seconds the sweep is stopped and what was reached is printed. `--sleep SECONDS` is the part of a job.
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))


def sleep(target):
    """What stands in for execute.py: sleeps, then leaves a record that the workflow takes for one."""
    part, run = os.path.normpath(target).split(os.sep)[-3:-1]
    time.sleep(json.loads(os.environ["SCALE_SECONDS"])[part])
    folder = os.path.join(os.environ["DEEPNETS_RUNS"], part, run)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "record.json.part"), "w") as file:
        json.dump({"format": 1, "part": part, "seed": int(os.environ["DEEPNETS_SEED"]), "status": "finished"}, file)
    os.replace(os.path.join(folder, "record.json.part"), os.path.join(folder, "record.json"))


def plan(runs, seconds, jobs):
    parts = list(seconds)
    entries = [
        {
            "part": parts[i % len(parts)],
            "run": f"quick-s{i // len(parts) + 1}",
            "seed": i // len(parts) + 1,
            "set": "",
            "notebook": "none",
            "cores": 1,
            "threads": "1,1",
            "memoryMB": 100,
        }
        for i in range(jobs)
    ]
    execute = [sys.executable, os.path.abspath(__file__), "--sleep"]
    return {
        "id": "scale",
        "name": "scale",
        "profile": "quick",
        "runs": runs,
        "execute": execute,
        "job": os.path.join(HERE, "job.py"),
        "gather": ["true"],
        "jobs": entries,
    }


def sweep(runs, cluster, whole, seconds, limit):
    """Runs Snakemake until it ends or the limit is reached; returns the seconds it took and its exit code."""
    folder = os.path.join(runs, "sweeps", "scale")
    os.makedirs(folder)
    with open(os.path.join(folder, "new.json"), "w") as file:
        json.dump(whole, file)
    profile = os.path.join(folder, "profile")
    shutil.copytree(os.path.join(HERE, "profiles", "slurm"), profile)
    file = os.path.join(profile, "profile.yaml")
    with open(file) as text:
        changed = re.sub(r"^jobs: .*$", "jobs: 2000", text.read(), flags=re.M)
    with open(file, "w") as text:
        text.write(changed)
    env = {
        **os.environ,
        "SLURM_CONF": os.path.join(cluster, "slurm.conf"),
        "PATH": f"{cluster}/bin:{os.environ['PATH']}:/usr/sbin",
        "SCALE_SECONDS": json.dumps(seconds),
    }
    rules = [
        "--rerun-triggers",
        "params",
        "--ignore-incomplete",
        "--keep-going",
        "--retries",
        "2",
        "--scheduler",
        "greedy",
        "--nocolor",
        "--profile",
        profile,
    ]
    command = [
        sys.executable,
        os.path.join(HERE, "workflow.py"),
        os.path.join(runs, "sweeps", "lock"),
        os.path.join(folder, "new.json"),
        os.path.join(folder, "plan.json"),
        "--snakefile",
        os.path.join(HERE, "Snakefile"),
        "--config",
        "plan=sweeps/scale/plan.json",
        *rules,
    ]
    began = time.time()
    with open(os.path.join(folder, "snakemake.log"), "w") as log:
        process = subprocess.Popen(
            command, cwd=runs, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
        try:
            process.wait(timeout=limit)
        except subprocess.TimeoutExpired:
            report(runs, cluster, whole, began)
            print(f"stopped after {limit} s", flush=True)
            os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            return
    report(runs, cluster, whole, began)
    print(f"exit code {process.returncode}")


def events(cluster):
    """What the controller's log says of each job: when it was submitted, started and ended, and where it ran."""
    stamp = r"^\[(\d+-\d+-\d+T\d+:\d+:\d+\.\d+)\] "
    patterns = {
        "submitted": re.compile(stamp + r"_slurm_rpc_submit_batch_job: JobId=(\d+)"),
        "started": re.compile(stamp + r"sched(?:/backfill)?: (?:_start_job: Started|Allocate) JobId=(\d+)"),
        "ended": re.compile(stamp + r"_job_complete: JobId=(\d+) done"),
    }
    found = {kind: {} for kind in patterns}
    with open(os.path.join(cluster, "slurmctld.log")) as log:
        for line in log:
            for kind, pattern in patterns.items():
                match = pattern.match(line)
                if match:
                    text, _, fraction = match[1].partition(".")
                    found[kind][match[2]] = time.mktime(time.strptime(text, "%Y-%m-%dT%H:%M:%S")) + float(
                        f"0.{fraction}"
                    )
    return found


def report(runs, cluster, whole, began):
    now = time.time()
    seconds = json.loads(os.environ["SCALE_SECONDS"])
    log = events(cluster)
    done = [job for job in whole["jobs"] if os.path.exists(os.path.join(runs, job["part"], job["run"], "record.json"))]
    submitted = sorted(log["submitted"].values())
    nodes = len(re.findall(r"^NodeName=", open(os.path.join(cluster, "slurm.conf")).read(), flags=re.M))
    last = max(log["ended"].values(), default=now) if len(done) == len(whole["jobs"]) else now
    first = submitted[0] if submitted else began
    span = last - first
    held = sum((log["ended"].get(job, last) - start) for job, start in log["started"].items())
    useful = sum(seconds[job["part"]] for job in done)
    ran = [log["ended"][job] - log["started"][job] for job in log["ended"] if job in log["started"]]
    files = sum(len(names) for _, _, names in os.walk(runs))
    own = sum(
        len(names)
        for folder, _, names in os.walk(runs)
        if f"{os.sep}.snakemake" in folder or f"{os.sep}slurm" in folder
    )
    print(f"jobs done {len(done)} of {len(whole['jobs'])}, nodes {nodes}")
    print(
        f"from the first submission to the end {span:.0f} s (all of it, with Snakemake's start and end, {now - began:.0f} s)"
    )
    if len(submitted) > 1:
        print(
            f"submitted {len(submitted)} in {submitted[-1] - submitted[0]:.0f} s: {(len(submitted) - 1) / (submitted[-1] - submitted[0]):.1f} per second"
        )
    if ran:
        ran.sort()
        print(
            f"a node was held {sum(ran) / len(ran):.1f} s per job in the mean (median {ran[len(ran) // 2]:.1f}) for {useful / max(1, len(done)):.1f} s of sleep"
        )
    print(
        f"nodes idle {100 * (1 - held / (nodes * span)):.0f} % of the time, asleep in a job {100 * useful / (nodes * span):.0f} %"
    )
    print(f"files {files}, of them {own} Snakemake's and Slurm's own", flush=True)


def main():
    parser = argparse.ArgumentParser(prog="scale.py")
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--nodes", type=int, default=50)
    parser.add_argument(
        "--minutes",
        default="h6-1a=0.5,h6-1b=10,h6-1c=11,h6-1d=11,h6-2=4",
        help="minutes of each part; a job sleeps a hundredth",
    )
    parser.add_argument("--limit", type=float, default=360, help="seconds after which to stop and report")
    parser.add_argument("--port", type=int, default=18000)
    parser.add_argument("--sleep", nargs=2, metavar=("SOURCE", "TARGET"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.sleep:
        return sleep(args.sleep[1])
    seconds = {
        part: 60 * float(minutes) / 100 for part, minutes in (pair.split("=") for pair in args.minutes.split(","))
    }
    os.environ["SCALE_SECONDS"] = json.dumps(seconds)
    top = tempfile.mkdtemp(prefix="scale-")
    runs, cluster = os.path.join(top, "runs"), os.path.join(top, "c")
    os.makedirs(runs)
    script = [sys.executable, os.path.join(HERE, "cluster.py")]
    subprocess.run([*script, "start", cluster, "--nodes", str(args.nodes), "--port", str(args.port)], check=True)
    try:
        sweep(runs, cluster, plan(runs, seconds, args.jobs), seconds, args.limit)
    finally:
        subprocess.run([*script, "stop", cluster], check=False)
    print(f"logs: {top}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
