"""Runs cells in one kernel and prints what came of each as a line of JSON.

stdin: {"cells": [{"source": "...", "stop": 0.7}], "answers": ["Ada"] or null, "cwd": "..."}. A cell with "stop" is
interrupted that many seconds after it was sent; `answers` are given to its questions in turn, null says that nobody is
there to answer.
"""

import json
import sys
import time

from jupyter_client.manager import start_new_kernel

plan = json.load(sys.stdin)
manager, client = start_new_kernel(startup_timeout=120, kernel_name="deepnets", cwd=plan["cwd"])
answers = plan.get("answers")
client.allow_stdin = answers is not None


def messages(channel, request, seconds):
    """The next message of a channel for this request, or None."""
    try:
        message = channel(timeout=seconds)
    except Exception:
        return None
    return message if message["parent_header"].get("msg_id") == request else None


for cell in plan["cells"]:
    request = client.execute(cell["source"])
    began, stopped, outputs, questions, reply, idle = time.time(), None, [], [], None, False
    while not (reply and idle) and time.time() - began < 60:
        if cell.get("stop") is not None and stopped is None and time.time() - began > cell["stop"]:
            stopped = time.time()
            manager.interrupt_kernel()
        if message := messages(client.get_iopub_msg, request, 0.05):
            kind, content = message["msg_type"], message["content"]
            idle = idle or content.get("execution_state") == "idle"
            if kind == "stream":
                outputs.append({"kind": content["name"], "text": content["text"]})
            elif kind in ("execute_result", "display_data"):
                outputs.append({"kind": kind, "text": content["data"].get("text/plain", "")})
            elif kind == "error":
                outputs.append({"kind": kind, "text": "\n".join(content["traceback"])})
        if answers is not None and (question := messages(client.get_stdin_msg, request, 0.01)):
            questions.append(question["content"]["prompt"])
            client.input(answers.pop(0))
        if reply is None and (message := messages(client.get_shell_msg, request, 0.01)):
            reply = message["content"]
            ended = time.time()
    if reply is None:
        print(json.dumps({"status": "never ended", "outputs": outputs, "questions": questions}), flush=True)
        break
    facts = {key: reply.get(key) for key in ("status", "ename", "evalue", "line")}
    seconds = ended - (stopped or began)
    print(json.dumps({**facts, "seconds": seconds, "outputs": outputs, "questions": questions}), flush=True)

client.stop_channels()
manager.shutdown_kernel(now=True)
