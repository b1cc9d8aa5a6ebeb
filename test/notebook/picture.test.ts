import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { clearLeftovers } from "../../lib/src/base/temporary-folder";
import { findBrowser, launchBrowser } from "../../lib/src/notebook/browser";

const figure = { data: [{ type: "bar", y: [1, 3, 2] }], layout: { title: { text: "Three bars" } } };

let pictures: typeof import("../../lib/src/notebook/picture");
beforeAll(async () => {
  pictures = await import("../../lib/src/notebook/picture");
});
afterAll(() => pictures.closeDrawingBrowser());

const draw = async () => {
  const picture = await pictures.drawPicture(figure);
  return [
    Buffer.from(picture?.png ?? "", "base64")
      .subarray(1, 4)
      .toString(),
    pictures.whyNoPicture(),
  ];
};

/** Ids of our browser's processes, of one kind: "" the first, "renderer" that of the page. */
function browserProcesses(kind: "" | "renderer"): number[] {
  const all = readdirSync("/proc").flatMap((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      return state === "Z" ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
    } catch {
      return [];
    }
  });
  const ours = new Set([process.pid]);
  for (let before = 0; before < ours.size; ) {
    before = ours.size;
    for (const { pid, parent } of all) if (ours.has(parent)) ours.add(pid);
  }
  return all
    .filter(({ pid, command }) => ours.has(pid) && command.includes("--headless"))
    .filter(({ command }) => (/--type=([\w-]+)/.exec(command)?.[1] ?? "") === kind)
    .map(({ pid }) => pid);
}

describe.runIf(findBrowser() && process.platform === "linux")("a browser that breaks", () => {
  test.each(["", "renderer"] as const)("is started once more: %s killed between two figures", async (kind) => {
    expect(await draw()).toEqual(["PNG", undefined]);
    const killed = browserProcesses(kind);
    expect(killed.length).toBeGreaterThan(0);
    for (const pid of killed) process.kill(pid, "SIGKILL");
    expect(await draw()).toEqual(["PNG", undefined]);
    expect(await draw()).toEqual(["PNG", undefined]);
  });

  test("while it draws: the figures that wait have their pictures too", async () => {
    await draw();
    const three = [draw(), draw(), draw()];
    for (const pid of browserProcesses("")) process.kill(pid, "SIGKILL");
    expect((await Promise.all(three)).map(([kind]) => kind)).toEqual(["PNG", "PNG", "PNG"]);
  });

  test("a figure that cannot be drawn is the only one without a picture", async () => {
    const bad = { data: [{ type: "bar", y: [1] }], layout: { height: Infinity } };
    expect(await pictures.drawPicture(bad)).toBeUndefined();
    expect(pictures.whyNoPicture()).toMatch(/^This figure has no static picture: /);
    expect(await draw()).toEqual(["PNG", undefined]);
  });

  test("leaves nothing in the temporary folder; where its program was killed, the next one removes what is left", async () => {
    const temporary = mkdtempSync(join(tmpdir(), "browsers-"));
    vi.stubEnv("TMPDIR", temporary);
    const browser = await launchBrowser(findBrowser()!);
    await browser.newPage();
    expect(readdirSync(temporary).filter((name) => name.startsWith("playwright"))).toEqual([]);
    expect(readdirSync(temporary)).toContainEqual(expect.stringMatching(`^deepnets-browser-${process.pid}-`));
    await browser.close();
    await expect.poll(() => readdirSync(temporary)).toEqual([]);
    const library = join(import.meta.dirname, "../../lib/dist/src");
    const { signal } = spawnSync(process.execPath, [
      "-e",
      `const { findBrowser, launchBrowser } = require(${JSON.stringify(join(library, "notebook/browser"))});
      launchBrowser(findBrowser()).then(() => process.kill(process.pid, "SIGKILL"));`,
    ]);
    expect(signal).toBe("SIGKILL");
    expect(readdirSync(temporary)).toHaveLength(1);
    // Its browser ends by itself, and may write a moment longer.
    const next = () => {
      clearLeftovers();
      return readdirSync(temporary);
    };
    await expect.poll(next, { timeout: 10_000 }).toEqual([]);
    vi.unstubAllEnvs();
  });

  test("starts without its sandbox where that is refused, as for root", async () => {
    const browser = await launchBrowser(findBrowser()!, { sandbox: true });
    expect(browser.isConnected()).toBe(true);
    await browser.close();
  });
});

test("a browser that never starts is tried for two figures, then said once and left", async () => {
  const program = join(mkdtempSync(join(tmpdir(), "browser-")), "chromium");
  writeFileSync(program, `#!/bin/sh\necho started >> "${program}.log"\nexit 1\n`);
  chmodSync(program, 0o755);
  vi.stubEnv("DEEPNETS_BROWSER", program);
  await pictures.closeDrawingBrowser();
  vi.resetModules();
  pictures = await import("../../lib/src/notebook/picture");
  expect(await draw()).toEqual(["", expect.stringMatching(/^This figure has no static picture: /)]);
  expect(await draw()).toEqual(["", expect.stringMatching(/^Stored figures have no static picture: /)]);
  expect(await draw()).toEqual(["", undefined]);
  expect(readFileSync(`${program}.log`, "utf8").trim().split("\n")).toHaveLength(4);
  vi.unstubAllEnvs();
});
