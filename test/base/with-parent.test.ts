import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

test("a Python program ends with what started it, also when a child of its own asks the pipe to answer at once", async () => {
  const program = [
    "import os, subprocess, sys, time",
    `sys.path.insert(0, ${JSON.stringify(join(root, "lib/src/base"))})`,
    "from with_parent import stop_with_parent",
    "stop_with_parent()",
    'subprocess.run([sys.executable, "-c", "import os; os.set_blocking(0, False)"])',
    'print("ready", flush=True)',
    "time.sleep(60)",
  ];
  const child = spawn(join(root, ".venv/bin/python"), ["-B", "-c", program.join("\n")]);
  let complaints = "";
  child.stderr.on("data", (text) => (complaints += text));
  const ended = once(child, "exit");
  await once(child.stdout, "data");
  child.stdin.write("a word is no end");
  await new Promise((done) => setTimeout(done, 300));
  expect([child.exitCode, child.signalCode, complaints]).toEqual([null, null, ""]);
  child.stdin.end();
  expect([await ended, complaints]).toEqual([[null, "SIGTERM"], ""]);
});
