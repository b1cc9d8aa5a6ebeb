// A hand-in of a real notebook that is stopped in mid-training. The made-up notebooks of handin.test.ts are stopped the
// same way, and resume.test.ts kills the training itself: here both are one.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { liveRecord } from "../../lib/tools/handin/progress";
import { root } from "../../lib/tools/notebooks/places";
import { storedRecords } from "../../lib/tools/notebooks/records";
import { waitFor } from "../fixtures/handin/cells";

const base = mkdtempSync(join(tmpdir(), "continue-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** Starts a quick hand-in of H6.1 c with runs and pages of its own. */
function start(name: string, ...argv: string[]) {
  const runs = join(base, name, "runs");
  const args = [
    join(root, "lib/tools/setup/start.cjs"),
    join(root, "lib/dist/tools/handin/handin.js"),
    ...["handin", "--quick", "h6-1c", ...argv],
  ];
  const env = { ...process.env, DEEPNETS_HANDIN: join(base, name, "handin"), DEEPNETS_RUNS: runs };
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (said += data));
  const ended = new Promise<{ code: number | null; said: string }>((done) =>
    child.on("close", (code) => done({ code, said })),
  );
  return { child, ended, runs };
}

test("h6-1c stopped by Ctrl-C in mid-training goes on with --continue, and ends with the same record", async () => {
  const alone = start("alone");
  expect((await alone.ended).code).toBe(0);

  const first = start("stopped");
  const live = (status?: "interrupted") =>
    liveRecord(first.runs, { part: "h6-1c", run: "quick-s1", since: 0, ...(status && { status }) });
  await waitFor(() => (live()?.progress.iteration ?? 0) >= 150, 200);
  first.child.kill("SIGINT");
  expect((await first.ended).code).toBe(130);
  const left = live("interrupted")!;
  expect(left.progress.iteration).toBeGreaterThanOrEqual(150);
  expect(left.progress.iteration).toBeLessThan(left.config.iterations);

  const second = await start("stopped", "--continue").ended;
  expect(second.said).toMatch(/No findings: open/);
  expect(second.code).toBe(0);
  const [went, whole] = [first, alone].map(({ runs }) => storedRecords("h6-1c", "quick", runs)[0]!.record);
  for (const curve of ["iterations", "trainLoss", "testLoss", "trainAccuracy", "testAccuracy"] as const)
    expect(went![curve]).toEqual(whole![curve]);
  expect(went!.final).toEqual(whole!.final);
});
