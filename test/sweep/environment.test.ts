import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { plainName, sweepPython } from "../../lib/tools/sweep/environment";

/** A stand-in for the project's Python: `-m venv DIR` makes a bin/python that does as `pip` says. */
function fakeBase(folder: string, pip: string): string {
  const base = join(folder, "python");
  const made = `#!/bin/sh\\n${pip}\\n`;
  writeFileSync(
    base,
    `#!/bin/sh\nmkdir -p "$3/bin" && printf '${made}' > "$3/bin/python" && chmod +x "$3/bin/python"\n`,
  );
  chmodSync(base, 0o755);
  return base;
}

test("an environment is made whole or not at all, once, and what a killed maker left is removed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "engine-"));
  const engine = join(folder, ".engine");
  mkdirSync(join(engine, "sweep-making-999999999"), { recursive: true });
  await expect(
    sweepPython(fakeBase(folder, 'echo "ERROR: No matching distribution found for snakemake" >&2; exit 1'), engine),
  ).rejects.toThrow(
    "Expected to install Snakemake but it failed (ERROR: No matching distribution found for snakemake): solve " +
      "that (the first sweep needs the network) and sweep again.",
  );
  expect(readdirSync(engine)).toEqual([]);
  const python = await sweepPython(fakeBase(folder, "exit 0"), engine);
  expect(existsSync(python)).toBe(true);
  expect(readdirSync(engine)).toHaveLength(1);
  expect(await sweepPython(fakeBase(folder, "exit 1"), engine)).toBe(python);
});

test("a cluster's jobs call it by a name without blanks", () => {
  const folder = mkdtempSync(join(tmpdir(), "engine-"));
  const [home, engine] = [join(folder, "home"), join(folder, "Übung 6 (final)/.engine/sweep-1")];
  mkdirSync(join(engine, "bin"), { recursive: true });
  writeFileSync(join(engine, "bin/python"), "it");
  expect(plainName("/a/b-1/bin/python", home)).toBe("/a/b-1/bin/python");
  for (let again = 0; again < 2; again++) {
    const python = plainName(join(engine, "bin/python"), home);
    expect(python).toMatch(/^[\w./-]+\/home\/\.cache\/deepnets\/[0-9a-f]{12}\/bin\/python$/);
    expect(readFileSync(python, "utf8")).toBe("it");
  }
  expect(readdirSync(join(home, ".cache/deepnets"))).toHaveLength(1);
  expect(() => plainName(join(engine, "bin/python"), join(folder, "my home"))).toThrow(
    /^Expected a path without blanks for the jobs of a cluster but found .*: move the project to a folder without blanks and brackets\.$/,
  );
});

test("without the project's Python the way out is named", async () => {
  const engine = mkdtempSync(join(tmpdir(), "engine-"));
  await expect(sweepPython(join(engine, "none"), engine)).rejects.toThrow("run `npm run doctor`");
});
