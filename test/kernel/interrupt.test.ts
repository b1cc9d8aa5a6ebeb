import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jupyterPath, runPython } from "./kernelspec";

const jupyter = jupyterPath();
let facts: Record<string, any>;

beforeAll(async () => {
  const { code, stdout, stderr } = await runPython([join(__dirname, "interrupt.py")], { jupyter: jupyter.folder });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  facts = Object.fromEntries(
    stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
      .map((fact) => [fact.name, fact]),
  );
});
afterAll(() => jupyter.remove());

describe.each(["awaited", "immediate", "synchronous"])("an endless loop, %s", (name) => {
  test("ends within 2 s, with an error that says so, and nothing that waits behind it runs", () => {
    expect(facts[name]).toMatchObject({ ename: "Interrupted", queued: "aborted" });
    expect(facts[name].seconds).toBeLessThan(2);
  });

  test("does not run on unseen; its variables are kept; no output comes later", () => {
    expect(facts[name].before).toBeGreaterThan(1);
    expect(facts[name].after).toBe(facts[name].before);
    expect(facts[name].late).toEqual([]);
  });
});

test("code that registers for the interrupt ends by itself, and the cell's values are kept", () => {
  expect(facts.registered).toMatchObject({ status: "ok", queued: "aborted", result: "'kept'" });
  expect(facts.registered.seconds).toBeLessThan(2);
});

test("a cell that waits only for a picture ends too: later output is shown, the next cell runs", () => {
  expect(facts.picture).toMatchObject({ ename: "Interrupted", shown: ["stream", "error"], next: "'next'" });
  expect(facts.picture.seconds).toBeLessThan(2);
});

test("a cell that is run at once after one has failed runs", () => {
  expect(facts.soon.statuses).toEqual(new Array(10).fill("ok"));
});

test("completion and inspection answer within 300 ms while a cell runs", () => {
  // The median: one answer may fall into a pause of the machine.
  const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
  expect(median(facts.answers.complete)).toBeLessThan(0.3);
  expect(median(facts.answers.inspect)).toBeLessThan(0.3);
});

test("the first cell answers soon after the start, and the kernel ends when asked", () => {
  console.log(`kernel ready after ${facts.ready.seconds.toFixed(2)} s`);
  // 3 s on a machine that does nothing else; the tests share theirs.
  expect(facts.ready.seconds).toBeLessThan(8);
  expect(facts.shutdown.seconds).toBeLessThan(3);
});
