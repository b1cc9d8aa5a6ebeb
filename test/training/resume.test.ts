import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunRecord } from "../../lib/src/runs/record";
import { readEvents } from "../fixtures/training/events";

const here = resolve(import.meta.dirname, "../fixtures/training/child.cjs");
const preload = resolve(import.meta.dirname, "../../lib/tools/kernel/preload.cjs");
const top = mkdtempSync(join(tmpdir(), "resume-"));
const runOf = (runs: string) => join(top, runs, "h6-1b", "full-s1");
const checkpointOf = (runs: string) => join(runOf(runs), "checkpoint", "checkpoint.bin");

function start(runs: string, env: Record<string, string> = {}): { child: ChildProcess; output: Promise<string> } {
  const child = spawn(process.execPath, ["--require", preload, here, join(top, `${runs}.json`)], {
    env: {
      ...process.env,
      TF_CPP_MIN_LOG_LEVEL: "2",
      TF_NUM_INTRAOP_THREADS: "1",
      TF_NUM_INTEROP_THREADS: "1",
      DEEPNETS_FRESH: "",
      DEEPNETS_RUNS: join(top, runs),
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  child.stdout!.on("data", (data: Buffer) => (text += data.toString()));
  child.stderr!.resume();
  return { child, output: once(child, "close").then(() => text) };
}

async function until(condition: () => boolean, child: ChildProcess): Promise<void> {
  while (!condition() && child.exitCode === null) await sleep(10);
}

const result = (runs: string) =>
  JSON.parse(readFileSync(join(top, `${runs}.json`), "utf8")) as { record: RunRecord; weights: string };

/** A record without what a clock or a memory meter says. */
const lasting = ({ minutes: _, peakMemoryMB: __, progress, ...record }: RunRecord) => ({
  ...record,
  iteration: progress.iteration,
});

beforeAll(async () => {
  expect(await start("whole").output).toBe("");
  const { child, output } = start("cut short", { TEST_PAUSE: "60" });
  await until(() => existsSync(checkpointOf("cut short")), child);
  child.kill("SIGKILL");
  await output;
});

afterAll(() => rmSync(top, { recursive: true, force: true }));

test("a run that is killed again and again ends like one that was left alone, bit for bit", async () => {
  let kills = 0;
  for (let pause = 0; kills < 4; pause++) {
    const { child, output } = start("killed", { TEST_PAUSE: "60" });
    const before = existsSync(checkpointOf("killed")) ? readFileSync(checkpointOf("killed")) : Buffer.alloc(0);
    // After a new checkpoint, and a moment that differs each time: between two, in a step, in an evaluation, while
    // writing.
    await until(
      () => existsSync(checkpointOf("killed")) && !readFileSync(checkpointOf("killed")).equals(before),
      child,
    );
    await sleep(37 * pause);
    child.kill("SIGKILL");
    const said = await output;
    if (kills > 0) expect(said).toMatch(/going on at iteration \d+ of 1500/);
    kills++;
    expect(existsSync(join(runOf("killed"), "record.json"))).toBe(false);
  }
  const said = await start("killed").output;
  expect(said).toMatch(/^h6-1b: going on at iteration [1-9]\d* of 1500, from a checkpoint\n$/);
  const [whole, killed] = [result("whole"), result("killed")];
  expect(killed.weights).toBe(whole.weights);
  expect(lasting(killed.record)).toEqual(lasting(whole.record));
  expect(readdirSync(runOf("killed")).sort()).toEqual(["live.json", "model", "record.json", "test", "train"]);
  for (const writer of ["train", "test"]) {
    const events = readEvents(join(runOf("killed"), writer));
    expect(events.map(({ step }) => step)).toEqual(killed.record.iterations);
    expect(events.map(({ accuracy }) => accuracy)).toEqual(
      readEvents(join(runOf("whole"), writer)).map(({ accuracy }) => accuracy),
    );
  }
}, 120_000);

/** A copy of the run that was cut short. */
const unfinished = (runs: string) => cpSync(runOf("cut short"), runOf(runs), { recursive: true });

test("a checkpoint of another config, data or number of threads is refused and kept", async () => {
  unfinished("other");
  const before = readFileSync(checkpointOf("other"));
  expect(await start("other", { TEST_RATE: "0.004" }).output).toMatch(
    /^ERROR Expected the checkpoint of h6-1b \(iteration \d+\) to be of this run but found config\.optimizer\.learningRate 0\.003 instead of 0\.004 .*npm run reset -- h6-1b/,
  );
  expect(await start("other", { TEST_DATA: "others", TF_NUM_INTRAOP_THREADS: "2" }).output).toMatch(
    /found threads\.intra 1 instead of 2, other data/,
  );
  expect(readFileSync(checkpointOf("other")).equals(before)).toBe(true);
  expect(await start("other", { TEST_RATE: "0.004", DEEPNETS_FRESH: "1" }).output).toBe("");
  expect(result("other").record.config.optimizer.learningRate).toBe(0.004);
}, 120_000);

test("a truncated or damaged checkpoint is refused", async () => {
  unfinished("cut");
  const good = readFileSync(checkpointOf("cut"));
  truncateSync(checkpointOf("cut"), good.length - 1000);
  expect(await start("cut").output).toMatch(
    /^ERROR Expected the checkpoint of h6-1b to be whole but found \d+ bytes that are cut short or damaged .*npm run reset -- h6-1b/,
  );
  const spoiled = Buffer.from(good);
  spoiled[good.length - 500] ^= 1;
  writeFileSync(checkpointOf("cut"), spoiled);
  expect(await start("cut").output).toMatch(/cut short or damaged/);
  writeFileSync(checkpointOf("cut"), "");
  expect(await start("cut").output).toMatch(/found 0 bytes/);
  // What a process that was killed while writing leaves beside a whole checkpoint harms nothing.
  writeFileSync(checkpointOf("cut"), good);
  writeFileSync(`${checkpointOf("cut")}.part`, good.subarray(0, 100));
  expect(await start("cut").output).toMatch(/going on/);
  expect(result("cut").weights).toBe(result("whole").weights);
}, 120_000);

/** A checkpoint whose header was rewritten and whose hash was made right again: what a program would write. */
function forge(good: Buffer, change: (header: Header) => void): Buffer {
  const begin = good.indexOf("\n") + 1;
  const end = begin + 4 + good.readUInt32LE(begin);
  const header = JSON.parse(good.toString("utf8", begin + 4, end)) as Header;
  change(header);
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const body = Buffer.concat([good.subarray(0, begin), length, text, good.subarray(end, -32)]);
  return Buffer.concat([body, createHash("sha256").update(body).digest()]);
}

interface Header {
  iteration: number;
  fit: { iteration: number; curves: { iterations: number[] } };
}

test("a forged checkpoint is refused, with a hash that fits: one beyond the end does not train for ever", async () => {
  unfinished("forged");
  const good = readFileSync(checkpointOf("forged"));
  const forgeries: readonly [(header: Header) => void, RegExp][] = [
    [(header) => (header.iteration = header.fit.iteration = 1e6), /found iteration 1000000 of a run that ends at \d+/],
    [(header) => (header.iteration += 1), /found iteration \d+ with an optimizer after \d+ steps/],
    [
      (header) => header.fit.curves.iterations.push(1e6),
      /^ERROR Expected the checkpoint of h6-1b to be whole but found /,
    ],
  ];
  for (const [change, message] of forgeries) {
    writeFileSync(checkpointOf("forged"), forge(good, change));
    expect(await start("forged").output).toMatch(message);
  }
}, 120_000);

test("a second process at the same run is refused; the lock of a dead one is taken over", async () => {
  const first = start("locked", { TEST_PAUSE: "200" });
  await until(() => existsSync(join(runOf("locked"), "live.json")), first.child);
  expect(await start("locked").output).toMatch(
    new RegExp(`^ERROR Expected no other process to train this run but process ${first.child.pid} does`),
  );
  first.child.kill("SIGKILL");
  await first.output;
  expect(existsSync(join(runOf("locked"), "lock"))).toBe(true);
  expect(await start("locked").output).not.toMatch(/ERROR/);
  expect(existsSync(join(runOf("locked"), "lock"))).toBe(false);
}, 120_000);

test("the lock of another machine counts as alive", async () => {
  mkdirSync(runOf("cluster"), { recursive: true });
  writeFileSync(join(runOf("cluster"), "lock"), JSON.stringify({ pid: 1, host: "node17", born: "" }));
  expect(await start("cluster").output).toMatch(/process 1 on node17 does \(/);
}, 60_000);
