"""Runs a small real Slurm on this machine, to try a profile: one controller and some nodes, each a slurmd of its own
with one core.

    python3 lib/tools/sweep/cluster.py start FOLDER [--nodes 2] [--port 17000]
    . FOLDER/env.sh                 # makes sbatch, squeue and a sweep use it
    python3 lib/tools/sweep/cluster.py stop FOLDER

Needs Debian's slurm-wlm and munge (slurmctld, slurmd and munged on the PATH) and root. Everything lies in FOLDER, which
is made, and listens on 127.0.0.1 only. `stop` ends exactly the processes whose ids `start` wrote down.
"""

import argparse
import contextlib
import os
import secrets
import shlex
import shutil
import signal
import subprocess
import sys
import time

CONFIG = """\
ClusterName=deepnets
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
SlurmctldDebug=info
SlurmdDebug=info
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_min_interval=200000,defer
ReturnToService=2
SlurmdParameters=config_overrides
JobRequeue=1
KillWait=30
MinJobAge=600
MaxJobCount=20000
MessageTimeout=60
TCPTimeout=10
{nodes}
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
"""


def start(folder, nodes, port):
    programs = {name: find(name) for name in ("munged", "slurmctld", "slurmd", "sinfo")}
    folder = os.path.abspath(folder)
    for name in ("state", "spool", "bin"):
        os.makedirs(os.path.join(folder, name))
    os.chmod(folder, 0o755)
    with open(os.path.join(folder, "munge.key"), "wb", opener=private) as file:
        file.write(secrets.token_bytes(128))
    host = os.uname().nodename.split(".")[0]
    lines = [
        f"NodeName=node{i} NodeHostname={host} NodeAddr=127.0.0.1 Port={port + i} "
        "CPUs=1 RealMemory=100000 State=UNKNOWN"
        for i in range(1, nodes + 1)
    ]
    import pwd

    text = CONFIG.format(
        host=host, port=port, folder=folder, user=pwd.getpwuid(os.getuid()).pw_name, nodes="\n".join(lines)
    )
    config = os.path.join(folder, "slurm.conf")
    with open(config, "w") as file:
        file.write(text)
    # Snakemake removes SLURM_CONF for the srun that a job calls, since on a cluster the file has its usual place.
    wrapper = os.path.join(folder, "bin", "srun")
    with open(wrapper, "w") as file:
        file.write(f'#!/bin/sh\nSLURM_CONF={shlex.quote(config)} exec {shlex.quote(find("srun"))} "$@"\n')
    os.chmod(wrapper, 0o755)
    with open(os.path.join(folder, "env.sh"), "w") as file:
        file.write(f"export SLURM_CONF={shlex.quote(config)} PATH={shlex.quote(os.path.dirname(wrapper))}:$PATH\n")
    env = {**os.environ, "SLURM_CONF": config}
    munge = [
        f"--{name}={os.path.join(folder, 'munge.' + end)}"
        for name, end in (
            ("socket", "socket"),
            ("key-file", "key"),
            ("log-file", "log"),
            ("pid-file", "pid"),
            ("seed-file", "seed"),
        )
    ]
    launch(folder, "munged", [programs["munged"], "--foreground", "--force", *munge], env)
    wait_for(lambda: os.path.exists(os.path.join(folder, "munge.socket")), "munged to open its socket", folder)
    launch(folder, "slurmctld", [programs["slurmctld"], "-D", "-i"], env)
    for i in range(1, nodes + 1):
        launch(folder, f"slurmd-node{i}", [programs["slurmd"], "-D", "-N", f"node{i}"], env)

    def are_idle():
        asked = [programs["sinfo"], "-h", "-t", "idle", "-o", "%D"]
        return subprocess.run(asked, env=env, capture_output=True, text=True).stdout.strip() == str(nodes)

    wait_for(are_idle, f"{nodes} idle nodes", folder, seconds=30 + nodes)
    print(f"Slurm with {nodes} nodes is up: . {shlex.quote(os.path.join(folder, 'env.sh'))}")


def private(path, flags):
    return os.open(path, flags, 0o400)


def find(name):
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if not path:
        raise SystemExit(f"Expected {name} but found none: apt-get install slurm-wlm munge.")
    return path


def launch(folder, name, command, env):
    with open(os.path.join(folder, f"{name}.out"), "w") as out:
        process = subprocess.Popen(
            command, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )
    with open(os.path.join(folder, "pids"), "a") as file:
        file.write(f"{process.pid} {name}\n")


def wait_for(condition, what, folder, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            stop(folder)
            raise SystemExit(f"Expected {what} within {seconds} s but it did not come: see the logs in {folder}.")
        time.sleep(0.2)


def stop(folder):
    """Ends the jobs first, which would outlive their nodes, then the nodes, the controller and munged, each by the id
    that `start` wrote down.
    """
    file = os.path.join(folder, "pids")
    if not os.path.exists(file):
        raise SystemExit(f"Expected a cluster that was started in {folder} but found none: start it first.")
    cancel_all(os.path.join(os.path.abspath(folder), "slurm.conf"))
    with open(file) as lines:
        started = [(int(pid), name) for pid, name in (line.split() for line in lines)]
    for sign in (signal.SIGTERM, signal.SIGKILL):
        for pid, name in reversed(started):
            if runs(pid, name):
                os.kill(pid, sign)
        end = time.monotonic() + 10
        while time.monotonic() < end and any(runs(pid, name) for pid, name in started):
            time.sleep(0.1)
    os.remove(file)


def cancel_all(config, seconds=30):
    """Cancels all jobs, and waits until none is left on a node.

    A controller that does not answer cannot cancel any.
    """
    env = {**os.environ, "SLURM_CONF": config}
    asked = {"env": env, "capture_output": True, "text": True, "timeout": seconds}
    end = time.monotonic() + seconds
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run(["scancel", "--partition=all"], **asked)
        subprocess.run(["scancel", "--signal=KILL", "--full", "--partition=all"], **asked)
        while time.monotonic() < end and subprocess.run(["squeue", "--noheader"], **asked).stdout.strip():
            time.sleep(0.2)


def runs(pid, name):
    """Whether that process is still the one we started, and not another that got its number."""
    try:
        with open(f"/proc/{pid}/stat") as stat, open(f"/proc/{pid}/cmdline", "rb") as line:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z" and name.split("-")[0].encode() in line.read()
    except OSError:
        return False


def main():
    parser = argparse.ArgumentParser(prog="cluster.py")
    parser.add_argument("action", choices=("start", "stop"))
    parser.add_argument("folder")
    parser.add_argument("--nodes", type=int, default=2)
    parser.add_argument("--port", type=int, default=17000)
    args = parser.parse_args()
    if args.action == "start":
        start(args.folder, args.nodes, args.port)
    else:
        stop(args.folder)


if __name__ == "__main__":
    sys.exit(main())
