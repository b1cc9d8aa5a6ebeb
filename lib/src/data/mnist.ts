import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fromEnvironment } from "../base/environment";
import { projectFolder } from "../base/paths";
import type { Dataset, Split } from "./dataset";
import { parseIdx } from "./idx";

/** The four files of MNIST and their SHA-256, as listed in data/README.md. */
export const mnistFiles = {
  "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
  "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
  "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
  "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
} as const;

/** One half of MNIST; `images` is another name of `inputs`: float32 `[size, 784]` in [0, 1], row by row. */
export interface MnistSplit extends Split {
  readonly images: Float32Array;
}

/** The handwritten digits: 60,000 to train and 10,000 to test on, 28 x 28 pixels each. */
export interface Mnist extends Dataset {
  readonly train: MnistSplit;
  readonly test: MnistSplit;
}

/**
 * Reads MNIST from `data/mnist` (set-up puts it there; `DEEPNETS_DATA` names another folder) and verifies each file's
 * checksum.
 *
 * @returns Images float32 `[n, 784]` in [0, 1], labels `[n]` in 0 .. 9.
 * @throws When a file is missing, damaged, cut short or exchanged for another: the message names it and the way out.
 * @example
 * const mnist = await loadMnist();
 * mnist.train.size; // 60000
 * mnist.test.images.length; // 7840000
 */
export async function loadMnist(): Promise<Mnist> {
  const folder = fromEnvironment("DEEPNETS_DATA") ?? join(projectFolder(), "data/mnist");
  const [train, test] = await Promise.all([readSplit(folder, "train", 60_000), readSplit(folder, "t10k", 10_000)]);
  const hash = createHash("sha256").update(Object.values(mnistFiles).join("\n")).digest("hex");
  return { name: "mnist", shape: [784], classes: 10, train, test, hash };
}

async function readSplit(folder: string, prefix: "train" | "t10k", size: number): Promise<MnistSplit> {
  const pixels = parseIdx(await readVerified(folder, `${prefix}-images-idx3-ubyte`), {
    name: `${prefix}-images-idx3-ubyte`,
    shape: [size, 28, 28],
  });
  const classes = parseIdx(await readVerified(folder, `${prefix}-labels-idx1-ubyte`), {
    name: `${prefix}-labels-idx1-ubyte`,
    shape: [size],
  });
  // A plain loop: Float32Array.from with a function takes 5 s here, this 0.1 s. There is a pixel for each i.
  const images = new Float32Array(pixels.values.length);
  for (let i = 0; i < images.length; i++) images[i] = (pixels.values[i] ?? NaN) / 255;
  return { inputs: images, images, labels: Uint8Array.from(classes.values), size };
}

async function readVerified(folder: string, name: keyof typeof mnistFiles): Promise<Uint8Array> {
  const file = join(folder, name);
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new Error(
      `Expected MNIST's ${name} in ${folder} but it cannot be read (${error.code}): run npm run doctor, or any other command, which restores it.`,
    );
  });
  const shape = name.startsWith("train") ? 60_000 : 10_000;
  // The header first: it says more about a damaged or exchanged file than a checksum does.
  parseIdx(bytes, { name: `${name} (${file})`, shape: name.includes("images") ? [shape, 28, 28] : [shape] });
  const found = createHash("sha256").update(bytes).digest("hex");
  if (found !== mnistFiles[name]) {
    throw new Error(
      `Expected ${name} to have SHA-256 ${mnistFiles[name].slice(0, 12)}... but found ${found.slice(0, 12)}... (${file}): delete the file and run any command, which restores it.`,
    );
  }
  return bytes;
}
