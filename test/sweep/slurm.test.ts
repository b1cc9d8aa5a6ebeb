import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sweepPython } from "../../lib/tools/sweep/environment";
import { newRuns, startSweep, steps, table, traces, until } from "../fixtures/sweep/run";

const path = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
const missing = ["slurmctld", "slurmd", "sbatch", "munged"].filter(
  (name) => spawnSync("sh", ["-c", `command -v ${name}`], { env: path }).status !== 0,
);
const root = process.getuid?.() === 0;

/** The first of `count` neighbouring ports that nobody uses. */
async function freePorts(count: number): Promise<number> {
  const isFree = (port: number) =>
    new Promise<boolean>((done) => {
      const server = createServer()
        .on("error", () => done(false))
        .listen(port, "127.0.0.1", () => server.close(() => done(true)));
    });
  for (let port = 17000; port < 30000; port += 50)
    if ((await Promise.all(Array.from({ length: count }, (_, i) => isFree(port + i)))).every(Boolean)) return port;
  throw new Error("Expected free ports but found none from 17000 to 30000.");
}

describe.skipIf(missing.length > 0 || !root)(
  "a real Slurm on this machine (needs slurm-wlm, munge and " +
    `root${missing.length > 0 ? `; not installed: ${missing.join(", ")}` : ""})`,
  () => {
    // Short: munge's socket lies in it, and a socket's path may have 107 characters.
    const cluster = join(mkdtempSync("/tmp/slurm-"), "c");
    const script = join(__dirname, "../../lib/tools/sweep/cluster.py");
    const env = { ...path, SLURM_CONF: join(cluster, "slurm.conf"), PATH: `${join(cluster, "bin")}:${path.PATH}` };
    let python: string;
    const slurm = (command: string, ...args: string[]) => execFileSync(command, args, { env, encoding: "utf8" });
    const log = () => readFileSync(join(cluster, "slurmctld.log"), "utf8");

    beforeAll(async () => {
      python = await sweepPython();
      execFileSync(python, [script, "start", cluster, "--nodes", "2", "--port", String(await freePorts(3))]);
    });
    afterAll(() => {
      if (existsSync(join(cluster, "pids"))) execFileSync(python, [script, "stop", cluster]);
      rmSync(dirname(cluster), { recursive: true, force: true });
    });

    test(
      "jobs run on both nodes; one killed by the scheduler is resubmitted and goes on from its checkpoint; the " +
        "table is complete",
      async () => {
        const runs = newRuns("Übung 6 (final)");
        const profile = join(newRuns("Übung 6 (final)"), "slurm");
        cpSync(join(__dirname, "../../lib/tools/sweep/profiles/slurm"), profile, { recursive: true });
        const file = join(profile, "profile.yaml");
        const text = readFileSync(file, "utf8");
        expect(text).toContain("slurm-init-seconds-before-status-checks: 5");
        writeFileSync(
          file,
          text.replace("slurm-init-seconds-before-status-checks: 5", "slurm-init-seconds-before-status-checks: 1"),
        );

        const sweep = startSweep(
          runs,
          python,
          ["h6-1b", "h6-1c", "--seeds", "1-2", "--quick", "--executor-profile", profile],
          { steps: 20, seconds: 0.2 },
          env,
        );
        const atStep = (run: string) =>
          Number(
            existsSync(join(runs, run, "checkpoint/step"))
              ? readFileSync(join(runs, run, "checkpoint/step"), "utf8")
              : 0,
          );
        await until(() => Object.keys(traces(runs)).some((run) => atStep(run) >= 5), 60);
        const killed = Object.keys(traces(runs)).find((run) => atStep(run) >= 5)!;
        const comment = `rule_train_wildcards_${killed.replace("/", "_")}`;
        const id = slurm("squeue", "--noheader", "--states=R", "--format=%i %k")
          .split("\n")
          .find((line) => line.endsWith(comment))!
          .split(" ")[0]!;
        slurm("scancel", id);
        const { code, output } = await sweep.ended;
        expect(code, output).toBe(0);
        const all = traces(runs);
        expect(Object.keys(all)).toHaveLength(4);
        expect(steps(all[killed]!)[0]).toBe(0);
        expect(steps(all[killed]!)[1]).toBeGreaterThanOrEqual(5);
        for (const [run, trace] of Object.entries(all)) expect(steps(trace), run).toHaveLength(run === killed ? 2 : 1);
        expect(table(runs)).toMatchObject({
          jobs: 4,
          rows: [
            { part: "h6-1b", n: 2 },
            { part: "h6-1c", n: 2 },
          ],
        });
        expect(log()).toMatch(/Allocate JobId=\d+ NodeList=node1 /);
        expect(log()).toMatch(/Allocate JobId=\d+ NodeList=node2 /);
        expect(log()).toContain(`REQUEST_KILL_JOB JobId=${id} `);
      },
    );

    test("Ctrl-C takes the cluster's jobs back", async () => {
      const runs = newRuns("Übung 6 (final)");
      const profile = join(__dirname, "../../lib/tools/sweep/profiles/slurm");
      const sweep = startSweep(
        runs,
        python,
        ["h6-1b", "--seeds", "1-3", "--quick", "--executor-profile", profile],
        { steps: 600, seconds: 0.1 },
        env,
      );
      await until(() => Object.keys(traces(runs)).length === 2, 60);
      sweep.process.kill("SIGINT");
      const { code, output } = await sweep.ended;
      expect(code, output).toBe(130);
      await until(() => slurm("squeue", "--noheader").trim() === "", 60);
      expect(
        Object.values(traces(runs))
          .flat()
          .filter((line) => line === "end"),
      ).toEqual([]);
    });

    test("the cluster listens on this machine alone, and its stop leaves no process", () => {
      const pids = readFileSync(join(cluster, "pids"), "utf8")
        .trim()
        .split("\n")
        .map((line) => line.split(" ")[0]!);
      expect(pids).toHaveLength(4);
      const sockets = spawnSync("ss", ["-ltnpH"], { encoding: "utf8" });
      if (sockets.status === 0) {
        const ours = sockets.stdout.split("\n").filter((line) => pids.some((pid) => line.includes(`pid=${pid},`)));
        expect(ours).toHaveLength(3);
        for (const line of ours) expect(line).toMatch(/ 127\.0\.0\.1:\d+ /);
      }
      execFileSync(python, [script, "stop", cluster]);
      for (const pid of pids)
        expect(
          spawnSync("sh", ["-c", `test -r /proc/${pid}/stat && ! grep -q ') Z ' /proc/${pid}/stat`]).status,
          pid,
        ).not.toBe(0);
    });
  },
);
