import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { explained, UserError } from "../../lib/src/base/errors.cjs";
import { writePieces, writeWhole } from "../../lib/src/base/files";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "files-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("writes a file in a folder that is not there yet, and replaces it", async () => {
  const file = join(folder, "a", "b.txt");
  writeWhole(file, "one");
  writeWhole(file, "two", { sync: false });
  expect(readFileSync(file, "utf8")).toBe("two");
  await writePieces(file, [Buffer.from("thr"), Buffer.from("ee")]);
  expect(readFileSync(file, "utf8")).toBe("three");
  expect(readdirSync(join(folder, "a"))).toEqual(["b.txt"]);
});

test("a full disk leaves the old file, and nothing half-written", async () => {
  const file = join(folder, "b.txt");
  writeWhole(file, "old");
  for (const write of [async () => writeWhole(file, "new"), () => writePieces(file, [Buffer.from("new")])]) {
    symlinkSync("/dev/full", `${file}.part`);
    await expect(write()).rejects.toThrow(
      `Expected room on the disk but it is full (${file}: what was there before is intact): free some space and ` +
        "run again; what was finished is kept.",
    );
    expect(readFileSync(file, "utf8")).toBe("old");
    expect(existsSync(`${file}.part`)).toBe(false);
  }
});

test("a folder that may not be written is said so; other errors stay as they are", () => {
  const found = explained(Object.assign(new Error(), { code: "EROFS" }), "/x/y");
  expect(found).toBeInstanceOf(UserError);
  expect(found).toMatchObject({
    message: expect.stringMatching(
      /^Expected to be allowed to write but was not \(EROFS, \/x\/y\): .*DEEPNETS_RUNS for records, DEEPNETS_HANDIN for pages\)\.$/,
    ) as string,
  });
  const other = Object.assign(new Error("odd"), { code: "EPIPE" });
  expect(explained(other, "/x/y")).toBe(other);
});
