import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { EventFile } from "../../lib/src/runs/event-file";

const root = resolve(__dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "deepnets-board-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const refused = (url: string) =>
  fetch(url).then(
    () => false,
    () => true,
  );

test("npm run lab -- --tensorboard serves the event files beside JupyterLab, and Ctrl-C ends both", async () => {
  const runs = join(folder, "data/runs");
  for (const split of ["train", "test"])
    new EventFile(join(runs, "h6-1a/full-s1", split), [
      { iteration: 0, time: 1, scalars: { accuracy: 0.1 } },
      { iteration: 100, time: 2, scalars: { accuracy: 0.9 } },
    ]);
  mkdirSync(join(folder, "notebooks"), { recursive: true });
  mkdirSync(join(folder, "home"));
  const env = {
    ...process.env,
    HOME: join(folder, "home"),
    JUPYTER_CONFIG_DIR: join(folder, "home/config"),
    DEEPNETS_LAB_ROOT: folder,
    DEEPNETS_RUNS: runs,
  };
  const lab = spawn(
    process.execPath,
    [
      join(root, "lib/tools/setup/start.cjs"),
      join(root, "lib/dist/tools/lab/lab.js"),
      "lab",
      "--no-browser",
      "--tensorboard",
    ],
    { env, stdio: ["ignore", "pipe", "pipe"] },
  );
  let [said, complained] = ["", ""];
  lab.stdout.on("data", (text) => (said += text));
  lab.stderr.on("data", (text) => (complained += text));
  const ended = new Promise<number | null>((done) => lab.once("close", done));
  const address = (name: string) => new RegExp(`^${name}: (http://127\\.0\\.0\\.1:\\d+/)`, "m").exec(said)?.[1];

  await expect.poll(() => said, { timeout: 60_000 }).toContain("Ctrl-C stops it.");
  const [jupyter, board] = [address("JupyterLab")!, address("TensorBoard")!];
  const found = async () =>
    (await fetch(`${board}data/runs`).then(
      (answer) => answer.json(),
      () => [],
    )) as string[];
  await expect.poll(found, { timeout: 60_000 }).toEqual(["h6-1a/full-s1/test", "h6-1a/full-s1/train"]);
  const points = await (
    await fetch(
      `${board}experiment/defaultExperimentId/data/plugin/scalars/scalars?tag=accuracy&run=h6-1a%2Ffull-s1%2Ftest`,
    )
  ).json();
  expect((points as number[][]).map(([, iteration]) => iteration)).toEqual([0, 100]);
  expect((await fetch(`${jupyter}api/status`)).status).toBe(403); // not without the token

  lab.kill("SIGINT");
  const from = Date.now();
  expect(await ended).toBe(0);
  expect(Date.now() - from).toBeLessThan(15_000);
  expect([await refused(jupyter), await refused(board)]).toEqual([true, true]);
  expect(complained).toBe("");
});
