import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { compiledLab, type Lab, processesOf, startLab, statusFor, theOne } from "./processes";

let lab: Lab | undefined;
afterEach(() => {
  for (const { pid } of lab ? processesOf(lab.folder) : []) process.kill(pid, "SIGKILL");
});

const nothingLeft = (of: Lab) => expect.poll(() => processesOf(of.folder).map(({ command }) => command)).toEqual([]);
const askForKernel = ({ jupyter, token }: Lab) =>
  fetch(`${jupyter}api/kernels`, {
    method: "POST",
    headers: { Authorization: `token ${token}` },
    body: JSON.stringify({ name: "deepnets" }),
  });

// Processes are looked for in /proc.
describe.skipIf(process.platform !== "linux")("npm run lab", () => {
  test("heeds nobody's Jupyter settings, and its kernels do not know its token", async () => {
    const home = mkdtempSync(join(tmpdir(), "deepnets-home-"));
    mkdirSync(join(home, ".jupyter/lab/user-settings/@jupyterlab/apputils-extension"), { recursive: true });
    writeFileSync(
      join(home, ".jupyter/lab/user-settings/@jupyterlab/apputils-extension/themes.jupyterlab-settings"),
      '{"theme": "JupyterLab Dark"}',
    );
    writeFileSync(
      join(home, ".jupyter/jupyter_server_config.py"),
      `${["IdentityProvider.token", "ServerApp.token", "ServerApp.password"].map((name) => `c.${name} = ""`).join("\n")}
c.ServerApp.allow_unauthenticated_access = True
c.ServerApp.disable_check_xsrf = True
c.ServerApp.allow_origin = "*"
c.ServerApp.ip = "0.0.0.0"
`,
    );
    const other = join(home, ".jupyter");
    const env = { HOME: home, JUPYTER_TOKEN: "", JUPYTER_CONFIG_PATH: other, JUPYTER_DATA_DIR: join(home, "data") };
    lab = await startLab(compiledLab, { env });
    const { jupyter, token } = lab;
    expect((await fetch(`${jupyter}api/contents`)).status).toBe(403);
    expect((await fetch(`${jupyter}api/terminals`, { method: "POST" })).status).toBe(403);
    const answer = await fetch(`${jupyter}api/contents`, { headers: { Authorization: `token ${token}` } });
    expect([answer.status, answer.headers.get("access-control-allow-origin") || null]).toEqual([200, null]);
    const themes = await fetch(`${jupyter}lab/api/settings/@jupyterlab/apputils-extension:themes?token=${token}`);
    expect(JSON.stringify(await themes.json())).toContain("JupyterLab Dark"); // a theme opens nothing

    expect((await askForKernel(lab)).status).toBe(201);
    const kernel = theOne(lab.folder, "kernel/main.js");
    expect(kernel.environment).not.toContain(token);
    expect(theOne(lab.folder, "serve.py").command).not.toContain(token);
    process.kill(lab.process.pid!, "SIGTERM");
    expect(await lab.ended).toBe(0);
    await nothingLeft(lab);
  });

  test("three that start at the same moment each come up, at a port of their own", async () => {
    const labs = await Promise.all([startLab(compiledLab), startLab(compiledLab), startLab(compiledLab)]);
    expect(new Set(labs.map(({ jupyter }) => jupyter)).size).toBe(3);
    for (const { jupyter, token } of labs)
      expect((await fetch(`${jupyter}api/status?token=${token}`)).status).toBe(200);
    for (const one of labs) process.kill(one.process.pid!, "SIGTERM");
    expect(await Promise.all(labs.map(({ ended }) => ended))).toEqual([0, 0, 0]);
    for (const one of labs) {
      expect(one.said()).not.toContain("is not available");
      await nothingLeft(one);
    }
  });

  test.each([0, 300, 1500])(
    "ends, with the kernel, when Jupyter is killed %i ms after one was asked for",
    async (ms) => {
      lab = await startLab(compiledLab);
      const asked = askForKernel(lab).catch(() => undefined);
      await expect
        .poll(() => processesOf(lab!.folder).some(({ command }) => command.includes("kernel/main.js")), {
          interval: 20,
        })
        .toBe(true);
      await sleep(ms);
      process.kill(theOne(lab.folder, "serve.py").pid, "SIGKILL");
      expect(await Promise.race([lab.ended, sleep(15_000, "still there")])).toBe(1);
      expect(lab.said()).toMatch(/^JupyterLab ended by itself .*run npm run doctor to find the cause\.$/m);
      await nothingLeft(lab);
      await asked;
    },
  );

  test("TensorBoard refuses a foreign host, and ends with its data server when the lab is killed", async () => {
    lab = await startLab(compiledLab, { args: ["--tensorboard"] });
    const { board, folder } = lab;
    const status = (host: string) => statusFor(board, host).catch(() => 0);
    await expect.poll(() => status(new URL(board).host), { timeout: 60_000 }).toBe(200);
    expect(await status(`localhost:${new URL(board).port}`)).toBe(200);
    for (const host of ["evil.example", `evil.example:${new URL(board).port}`, "127.0.0.1.evil.example", "[::1]"])
      expect([host, await status(host)]).toEqual([host, 403]);
    expect(processesOf(folder).some(({ command }) => command.includes("tensorboard"))).toBe(true);
    process.kill(lab.process.pid!, "SIGKILL");
    await nothingLeft(lab);
  });

  test.each([
    ["SIGTERM", ["--tensorboard"]],
    ["SIGHUP", []],
    ["SIGKILL", []],
  ] as const)("ends with the npm that got %s", async (signal, args) => {
    lab = await startLab(["npm", "run", "-s", "lab", "--"], { args });
    process.kill(lab.process.pid!, signal);
    await nothingLeft(lab);
  });
});
