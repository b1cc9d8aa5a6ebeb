import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { loadMnist, mnistFiles, mnistLabels } from "../../lib/src/data/mnist";

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
    await expect(loadMnist()).rejects.toThrow(
      /t10k-labels-idx1-ubyte.*cannot be read \(ENOENT\): point DEEPNETS_DATA to MNIST's four files, or unset it/,
    );
  });

  test("labels alone: as loadMnist has them; a missing or damaged file is said so", async () => {
    expect([...mnistLabels("test")]).toEqual([...(await loadMnist()).test.labels]);
    vi.stubEnv("DEEPNETS_DATA", "/nowhere");
    expect(() => mnistLabels("train")).toThrow(
      "Expected MNIST's labels in /nowhere/train-labels-idx1-ubyte but there is no such file: correct " +
        "DEEPNETS_DATA where it is set, else run npm run doctor -- --repair, which restores data/mnist.",
    );
    vi.stubEnv("DEEPNETS_DATA", folder);
    rmSync(join(folder, "train-labels-idx1-ubyte"));
    mkdirSync(join(folder, "train-labels-idx1-ubyte"));
    expect(() => mnistLabels("train")).toThrow(
      "train-labels-idx1-ubyte but it cannot be read (EISDIR): correct DEEPNETS_DATA",
    );
    rmSync(join(folder, "train-labels-idx1-ubyte"), { recursive: true });
    writeFileSync(join(folder, "train-labels-idx1-ubyte"), "");
    replace("train-labels-idx1-ubyte", labels());
    expect(() => mnistLabels("train")).toThrow(
      "train-labels-idx1-ubyte but it holds something else: correct DEEPNETS_DATA",
    );
  });

  test("labels and images exchanged", async () => {
    replace("t10k-images-idx3-ubyte", labels());
    await expect(loadMnist()).rejects.toThrow(/to start with magic 2051 but found 2049.*: point DEEPNETS_DATA to/);
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
    await expect(loadMnist()).rejects.toThrow(
      new RegExp(`SHA-256 ff7bcfd416de... but found ${found}.*other data in the same form.*unset DEEPNETS_DATA`),
    );
    expect(existsSync(join(real, "t10k-labels-idx1-ubyte"))).toBe(true);
  });

  test("nothing that a reader named is ever to be deleted", async () => {
    for (const bytes of [labels().subarray(0, 50), Buffer.alloc(0), Buffer.from("hello")]) {
      replace("t10k-labels-idx1-ubyte", bytes);
      const said = await loadMnist().catch((error: Error) => error.message);
      expect(said).toMatch(/DEEPNETS_DATA/);
      expect(said).not.toMatch(/delete|remove|restore/);
    }
  });

  const header = (...numbers: number[]) => {
    const bytes = Buffer.alloc(4 * numbers.length + 64);
    numbers.forEach((number, i) => bytes.writeUInt32BE(number, 4 * i));
    return bytes;
  };
  test.each([
    ["a gzipped file", gzipSync("x"), "t10k-labels-idx1-ubyte", /packed by gzip: unpack it: mv .*gunzip/],
    ["a zip", Buffer.from("PK\x03\x04..."), "t10k-labels-idx1-ubyte", /a zip archive: unzip it/],
    ["a web page", Buffer.from("<!DOCTYPE html><p>403"), "t10k-labels-idx1-ubyte", /a web page.*download the file/],
    [
      "EMNIST Letters",
      header(2049, 124_800),
      "train-labels-idx1-ubyte",
      /EMNIST Letters \(124800 examples\): take MNIST's/,
    ],
    ["EMNIST Balanced", header(2051, 18_800, 28, 28), "t10k-images-idx3-ubyte", /EMNIST Balanced \(18800 examples\)/],
    ["EMNIST ByClass", header(2051, 697_932, 28, 28), "train-images-idx3-ubyte", /EMNIST \(ByClass or ByMerge\)/],
    ["QMNIST labels", header(3074, 60_000, 8), "train-labels-idx1-ubyte", /labels of QMNIST \(60000 rows of 8 whole/],
    ["QMNIST test images", header(2051, 60_000, 28, 28), "t10k-images-idx3-ubyte", /QMNIST's test images/],
  ])("says what it is: %s", async (_, bytes, name, message) => {
    replace(name, bytes);
    await expect(loadMnist()).rejects.toThrow(message);
    await expect(loadMnist({ name: "fashion" })).rejects.toThrow(message);
  });

  test("a file that is there packed only", async () => {
    rmSync(join(folder, "train-labels-idx1-ubyte"));
    writeFileSync(join(folder, "train-labels-idx1-ubyte.gz"), gzipSync("x"));
    await expect(loadMnist()).rejects.toThrow(
      "found only train-labels-idx1-ubyte.gz: unpack it with gunzip train-labels-idx1-ubyte.gz",
    );
  });

  /** Data in the form of Fashion-MNIST: no picture of it may lie here. */
  const fashion = () => {
    const bytes = readFileSync(join(real, "t10k-images-idx3-ubyte"));
    for (let i = 16; i < bytes.length; i++) bytes[i]! ^= 255;
    replace("t10k-images-idx3-ubyte", bytes);
  };

  test("Fashion-MNIST is read when it is asked for by name, and refused as the digits", async () => {
    fashion();
    await expect(loadMnist()).rejects.toThrow(
      /Fashion-MNIST, KMNIST, EMNIST\); for such data write loadMnist\(\{ name/,
    );
    const { name, train, test, hash, classes } = await loadMnist({ name: "fashion" });
    expect([name, train.size, test.size, classes]).toEqual(["fashion", 60_000, 10_000, 10]);
    expect(test.images[0]).toBe(1);
    vi.unstubAllEnvs();
    expect(hash).not.toBe((await loadMnist()).hash);
  });

  test("another name does not make other data of the digits, nor of labels beyond 9", async () => {
    await expect(loadMnist({ name: "fashion" })).rejects.toThrow(/files of "fashion".*but found those of MNIST/);
    fashion();
    const bytes = labels();
    bytes[8] = 26;
    replace("t10k-labels-idx1-ubyte", bytes);
    await expect(loadMnist({ name: "letters" })).rejects.toThrow('labels of "letters" to be 0 to 9 but found 26');
    vi.stubEnv("DEEPNETS_DATA", "");
    await expect(loadMnist({ name: "fashion" })).rejects.toThrow(/DEEPNETS_DATA.*"fashion" but it is not set/);
  });
});
