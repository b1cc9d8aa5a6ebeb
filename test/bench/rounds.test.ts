import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { measureRounds } from "../../lib/tools/bench/rounds";
import type { Setting } from "../../lib/tools/bench/settings";

const folder = mkdtempSync(join(tmpdir(), "deepnets-bench-"));
const log = join(folder, "log");
afterAll(() => rmSync(folder, { recursive: true }));

/** A process that speaks the workers' protocol and writes down when it is asked. */
function fake(name: string, body: string): Setting {
  const script = `const fs = require("node:fs"); const say = (x) => console.log(JSON.stringify(x)); let asked = 0;
    const answer = (ms) => { fs.appendFileSync(process.env.LOG, ${JSON.stringify(name)} + "\\n"); say({ ms }); };
    console.log("a library greets"); ${body}`;
  return {
    name,
    family: "tfjs",
    precision: "float32",
    how: "a stand-in",
    command: [process.execPath, "-e", script],
    environment: { LOG: log },
  };
}

const steady = (ms: number) => `say({ ready: { version: "1", threads: "2 threads" } });
  require("node:readline").createInterface({ input: process.stdin }).on("line", (steps) => answer(${ms} + Number(steps) / 100 + asked++));`;

test("each setting has its turn in each round; one that does not start is named with its last words", async () => {
  const broken = fake(
    "broken",
    'console.error("Traceback"); console.error("ModuleNotFoundError: No module named torch"); process.exit(1);',
  );
  const outcomes = await measureRounds([fake("a", steady(10)), broken, fake("b", steady(20))], {
    rounds: 3,
    steps: 5,
    say: () => {},
  });
  expect(readFileSync(log, "utf8").trim().split("\n")).toEqual(["a", "b", "a", "b", "a", "b"]);
  expect(outcomes[0]).toMatchObject({
    name: "a",
    ready: { version: "1" },
    rounds: [10.05, 11.05, 12.05],
    ms: { median: 11.05 },
  });
  expect(outcomes[1]).toMatchObject({ name: "broken", missing: "ModuleNotFoundError: No module named torch" });
  expect(outcomes[2]).toMatchObject({ rounds: [20.05, 21.05, 22.05] });
});

test("a process that dies in mid-measurement fails the bench instead of leaving a hole", async () => {
  const mortal = fake(
    "mortal",
    'say({ ready: { version: "1", threads: "" } }); process.stdin.once("data", () => { console.error("Killed by ' +
      'the test"); process.exit(1); });',
  );
  await expect(measureRounds([mortal], { rounds: 1, steps: 1, say: () => {} })).rejects.toThrow("Killed by the test");
});
