import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { loadMnist, mnistFiles } from "../../lib/src/data/mnist";

const real = resolve(import.meta.dirname, "../../data/mnist");
const names = Object.keys(mnistFiles) as (keyof typeof mnistFiles)[];

test("data/README.md lists the same checksums", () => {
  const text = readFileSync(resolve(real, "../README.md"), "utf8");
  for (const name of names) expect(text).toMatch(new RegExp(`${name}.*${mnistFiles[name]}`));
});

describe("the real files", () => {
  test("60,000 and 10,000 images in [0, 1] with known labels", async () => {
    const { train, test, shape, classes, hash } = await loadMnist();
    expect([train.size, test.size, train.images.length, test.labels.length]).toEqual([
      60_000, 10_000, 47_040_000, 10_000,
    ]);
    expect(train.images).toBe(train.inputs);
    expect([shape, classes]).toEqual([[784], 10]);
    // As anybody finds them printed: the training set begins 5 0 4 1 9 2 1 3 1 4, the test set 7 2 1 0 4 1 4 9 5 9.
    expect([...train.labels.slice(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    expect([...test.labels.slice(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    const counts = new Array<number>(10).fill(0);
    for (const label of train.labels) counts[label]++;
    expect(counts).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    let [low, high, sum] = [1, 0, 0];
    for (const value of train.images) {
      low = Math.min(low, value);
      high = Math.max(high, value);
      sum += value;
    }
    expect([low, high]).toEqual([0, 1]);
    expect(sum / train.images.length).toBeCloseTo(0.1307, 4); // the mean that everybody normalises with
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe("bad files", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "mnist-"));
    for (const name of names) symlinkSync(join(real, name), join(folder, name));
    vi.stubEnv("DEEPNETS_DATA", folder);
  });

  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  const replace = (name: string, bytes: Uint8Array) => {
    rmSync(join(folder, name));
    writeFileSync(join(folder, name), bytes);
  };
  const labels = () => readFileSync(join(real, "t10k-labels-idx1-ubyte"));

  test("DEEPNETS_DATA names the folder", async () => {
    expect((await loadMnist()).test.size).toBe(10_000);
  });

  test("a missing file", async () => {
    rmSync(join(folder, "t10k-labels-idx1-ubyte"));
    await expect(loadMnist()).rejects.toThrow(/t10k-labels-idx1-ubyte.*cannot be read \(ENOENT\).*npm run doctor/);
  });

  test("labels and images exchanged", async () => {
    replace("t10k-images-idx3-ubyte", labels());
    await expect(loadMnist()).rejects.toThrow(/to start with magic 2051 but found 2049.*run any command/);
  });

  test("train and test exchanged", async () => {
    rmSync(join(folder, "train-labels-idx1-ubyte"));
    copyFileSync(join(real, "t10k-labels-idx1-ubyte"), join(folder, "train-labels-idx1-ubyte"));
    await expect(loadMnist()).rejects.toThrow("to be of size 60000 but its header says 10000");
  });

  test("a cut file", async () => {
    replace("t10k-labels-idx1-ubyte", labels().subarray(0, 5000));
    await expect(loadMnist()).rejects.toThrow("to be 10008 bytes long but found 5000");
  });

  test("one bit that changed", async () => {
    const bytes = labels();
    bytes[5000] ^= 1;
    replace("t10k-labels-idx1-ubyte", bytes);
    const found = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
    await expect(loadMnist()).rejects.toThrow(new RegExp(`SHA-256 ff7bcfd416de... but found ${found}.*restores it`));
    expect(existsSync(join(real, "t10k-labels-idx1-ubyte"))).toBe(true);
  });
});
