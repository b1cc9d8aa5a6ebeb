import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { EventFile } from "../../lib/src/runs/event-file";
import { readEvents } from "../fixtures/training/events";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "events-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const points = [0, 100, 200].map((iteration) => ({
  iteration,
  time: 1_700_000_000 + iteration,
  scalars: { accuracy: iteration / 1000, loss: 2 - iteration / 200 },
}));

test("a file that goes on replaces the one before: no point twice", () => {
  const first = new EventFile(folder);
  for (const point of points) first.write(point);
  writeFileSync(join(folder, "other.txt"), "stays");
  const second = new EventFile(folder, points.slice(0, 2));
  second.write({ ...points[2], iteration: 300_000 });
  expect(readdirSync(folder)).toHaveLength(2);
  expect(
    readEvents(folder)
      .filter(({ step }) => step > 0)
      .map(({ step, loss }) => [step, loss]),
  ).toEqual([
    [100, 1.5],
    [300_000, 1],
  ]);
});

const python = resolve(import.meta.dirname, "../../.venv/bin/python");

test("TensorBoard reads it", () => {
  // Set-up installs TensorBoard; it checks each frame's checksums, which our own reader does not.
  expect(existsSync(python)).toBe(true);
  const file = new EventFile(folder);
  for (const point of points) file.write(point);
  const script = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1]); events.Reload()
print(json.dumps({tag: [[e.step, e.wall_time, e.value] for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]}))`;
  const read = JSON.parse(
    execFileSync(python, ["-c", script, folder], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
  ) as Record<string, number[][]>;
  for (const tag of ["accuracy", "loss"] as const)
    expect(read[tag]).toEqual(
      points.map(({ iteration, time, scalars }) => [iteration, time, Math.fround(scalars[tag])]),
    );
});
