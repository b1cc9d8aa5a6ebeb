"""What an interrupt does to a running cell, and what the kernel answers meanwhile.

Prints one line of JSON per question.
"""

import json
import time

from jupyter_client.manager import start_new_kernel

started = time.time()
manager, client = start_new_kernel(kernel_name="deepnets")


def reply_to(request):
    while True:
        reply = client.get_shell_msg(timeout=30)
        if reply["parent_header"]["msg_id"] == request:
            return reply["content"]


def outputs_of(request):
    found = []
    while True:
        message = client.get_iopub_msg(timeout=30)
        if message["parent_header"].get("msg_id") != request:
            continue
        if message["content"].get("execution_state") == "idle":
            return found
        if message["msg_type"] not in ("status", "execute_input"):
            found.append(message)


def run(code):
    request = client.execute(code)
    return reply_to(request), outputs_of(request)


def value(code):
    return run(code)[1][0]["content"]["data"]["text/plain"]


def say(name, **facts):
    print(json.dumps({"name": name, **facts}), flush=True)


def wait_until_running(request):
    """An interrupt of a kernel that has not started the cell yet interrupts nothing."""
    while True:
        message = client.get_iopub_msg(timeout=30)
        if message["parent_header"].get("msg_id") == request and message["msg_type"] == "display_data":
            return


def interrupt(request, after=0.2):
    """Interrupts a cell some seconds after it has begun; its reply, and how long that took."""
    wait_until_running(request)
    time.sleep(after)
    at = time.time()
    manager.interrupt_kernel()
    reply = reply_to(request)
    return reply, time.time() - at


go = 'globalThis[Symbol.for("deepnets.kernel")].display({ data: { "text/plain": "go" } });'

run("1")
say("ready", seconds=time.time() - started)

loops = {
    "awaited": "let n = 0; for (;;) { await new Promise((r) => setTimeout(r, 20)); n++; "
    'if (n % 5 === 0) console.log("tick", n); }',
    "immediate": "let n = 0; for (;;) { await new Promise((r) => setImmediate(r)); n++; }",
    "synchronous": "let n = 0; while (true) { n++; }",
}
for name, code in loops.items():
    request = client.execute(go + code)
    queued = client.execute('console.log("must not run")')
    reply, seconds = interrupt(request, 0.3)
    aborted = reply_to(queued)["status"]
    before = value("n")
    time.sleep(0.3)
    after = value("n")
    late = []
    while True:
        try:
            message = client.get_iopub_msg(timeout=0.2)
        except Exception:
            break
        if message["parent_header"].get("msg_id") == request and message["msg_type"] == "stream":
            late.append(message["content"]["text"])
    say(
        name, seconds=seconds, ename=reply.get("ename"), queued=aborted, before=int(before), after=int(after), late=late
    )

# Code that registers ends by itself: nothing is cut off, the cell is "ok", and what waits behind it is aborted all the
# same.
request = client.execute(
    """const hooks = globalThis[Symbol.for("deepnets.kernel")];
let stop = false, steps = 0;
hooks.display({ data: { "text/plain": "go" } });
const release = hooks.onInterrupt(() => { stop = true; });
while (!stop) { await new Promise((r) => setImmediate(r)); steps++; }
release();
const result = "kept";"""
)
queued = client.execute("1")
reply, seconds = interrupt(request)
say(
    "registered",
    status=reply["status"],
    seconds=seconds,
    queued=reply_to(queued)["status"],
    result=value("result"),
)

# A cell whose code has ended, and which waits for a picture that nobody draws.
request = client.execute(
    go
    + """const pictures = globalThis[Symbol.for("deepnets.kernel")];
pictures.display(new Promise(() => {}));
console.log("behind it");"""
)
reply, seconds = interrupt(request)
say(
    "picture",
    ename=reply.get("ename"),
    seconds=seconds,
    shown=[message["msg_type"] for message in outputs_of(request)],
    next=value("'next'"),
)

# A request that is sent once the reply is there did not wait behind the cell: it runs, however quickly it comes. (A
# Stop and a click.)
statuses = []
for _ in range(10):
    reply_to(client.execute('throw new Error("ends here")'))
    statuses.append(reply_to(client.execute("1"))["status"])
say("soon", statuses=statuses)

# While a cell runs that yields every 50 ms, completion and inspection answer.
request = client.execute(
    go
    + "for (;;) { const till = Date.now() + 50; while (Date.now() < till); await new Promise((r) => setImmediate(r)); }"
)
wait_until_running(request)
times = {"complete": [], "inspect": []}
for _ in range(5):
    for kind, ask in (
        ("complete", lambda: client.complete('const s = "a"; s.toU')),
        ("inspect", lambda: client.inspect("Math.max", 6)),
    ):
        at = time.time()
        asked = ask()
        reply_to(asked)
        times[kind].append(time.time() - at)
        time.sleep(0.05)
say("answers", **times)
manager.interrupt_kernel()
reply_to(request)

client.stop_channels()
at = time.time()
manager.shutdown_kernel()
say("shutdown", seconds=time.time() - at)
