import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fromEnvironment } from "../base/environment";
import { UserError } from "../base/errors.cjs";
import { projectFolder } from "../base/paths";
import { sha256 } from "../base/sha256";
import type { Dataset, Split } from "./dataset";
import { parseIdx } from "./idx";

/** The four files of MNIST and their SHA-256, as listed in data/README.md. */
export const mnistFiles = {
  "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
  "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
  "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
  "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
} as const;

/** The data's hash as a record carries it, from those of its four files in the order above. */
export const dataHash = (hashes: readonly string[]): string => sha256(hashes.join("\n"));

/** One half of MNIST; `images` is another name of `inputs`: float32 `[size, 784]` in [0, 1], row by row. */
export interface MnistSplit extends Split {
  readonly images: Float32Array;
}

/** The handwritten digits: 60,000 to train and 10,000 to test on, 28 x 28 pixels each. */
export interface Mnist extends Dataset {
  readonly train: MnistSplit;
  readonly test: MnistSplit;
}

/** Which files `loadMnist` reads. */
export interface MnistOptions {
  /**
   * `"mnist"`, the digits, whose checksums are known; or the name that you give to other data in files of the same
   * names and sizes, as `"fashion"` for Fashion-MNIST: only the form of such files is checked.
   */
  readonly name?: string;
}

/**
 * Reads MNIST from `data/mnist` (set-up puts it there; `DEEPNETS_DATA` names another folder) and verifies each file's
 * checksum. Fashion-MNIST and other data of the same form are read when asked for by name.
 *
 * @param options The data's name, where they are not MNIST.
 * @returns Images float32 `[n, 784]` in [0, 1], labels `[n]` in 0 .. 9.
 * @throws When a file is missing, damaged, cut short or exchanged for another: the message names it, says what it is
 *   and what to do.
 * @example
 * const mnist = await loadMnist();
 * mnist.train.size; // 60000
 * mnist.test.images.length; // 7840000
 */
export async function loadMnist({ name = "mnist" }: MnistOptions = {}): Promise<Mnist> {
  const named = fromEnvironment("DEEPNETS_DATA");
  if (name !== "mnist" && named === undefined)
    throw new Error(
      `Expected DEEPNETS_DATA to name the folder that holds the four files of "${name}" but it is not set: ` +
        "unpack them there (train-images-idx3-ubyte and so on) and set it.",
    );
  const source: Source = { name, folder: named ?? join(projectFolder(), "data/mnist"), own: named === undefined };
  const [train, test] = await Promise.all([readSplit(source, "train"), readSplit(source, "t10k")]);
  const hashes = [...train.hashes, ...test.hashes];
  if (name !== "mnist" && hashes.every((hash, i) => hash === Object.values(mnistFiles)[i]))
    throw new Error(
      `Expected the files of "${name}" in ${source.folder} but found those of MNIST: name another folder in ` +
        "DEEPNETS_DATA, or write loadMnist().",
    );
  const hash = dataHash(hashes);
  return { name, shape: [784], classes: 10, train: train.split, test: test.split, hash };
}

/** The folder that files come from; `own` where it is the one that set-up fills. */
interface Source {
  readonly name: string;
  readonly folder: string;
  readonly own: boolean;
}

async function readSplit(
  source: Source,
  prefix: "train" | "t10k",
): Promise<{ readonly split: MnistSplit; readonly hashes: readonly string[] }> {
  const size = prefix === "train" ? 60_000 : 10_000;
  const pixels = await readVerified(source, `${prefix}-images-idx3-ubyte`, [size, 28, 28]);
  const classes = await readVerified(source, `${prefix}-labels-idx1-ubyte`, [size]);
  const highest = classes.values.reduce((high, value) => Math.max(high, value), 0);
  if (highest > 9)
    throw new Error(
      `Expected the labels of "${source.name}" to be 0 to 9 but found ${highest} ` +
        `(${join(source.folder, `${prefix}-labels-idx1-ubyte`)}): loadMnist reads data of ten classes alone.`,
    );
  // A plain loop: Float32Array.from with a function takes 5 s here, this 0.1 s. There is a pixel for each i.
  const images = new Float32Array(pixels.values.length);
  for (let i = 0; i < images.length; i++) images[i] = (pixels.values[i] ?? NaN) / 255;
  const split = { inputs: images, images, labels: Uint8Array.from(classes.values), size };
  return { split, hashes: [pixels.hash, classes.hash] };
}

/**
 * The labels of MNIST's test images, without reading the images.
 *
 * @param hash The data's hash, as a record carries it.
 * @throws When the record was made from other data, or the file is missing or damaged.
 */
export function mnistTestLabels(hash: string): Uint8Array {
  if (hash !== dataHash(Object.values(mnistFiles)))
    throw new Error(
      `Expected a run on MNIST but found one on other data (${hash.slice(0, 12)}...): pass the record of a run on ` +
        "MNIST.",
    );
  return mnistLabels("test");
}

const labels = new Map<string, Uint8Array>();

/**
 * The labels of one half of MNIST, read once.
 *
 * @throws UserError When the file is missing or damaged.
 */
export function mnistLabels(half: "train" | "test"): Uint8Array {
  const name = half === "train" ? "train-labels-idx1-ubyte" : "t10k-labels-idx1-ubyte";
  const file = join(fromEnvironment("DEEPNETS_DATA") ?? join(projectFolder(), "data/mnist"), name);
  const found = labels.get(file) ?? readLabels(file, name);
  labels.set(file, found);
  return found;
}

function readLabels(file: string, name: keyof typeof mnistFiles): Uint8Array {
  const wayOut =
    "correct DEEPNETS_DATA where it is set, else run npm run doctor -- --repair, which restores data/mnist";
  if (!existsSync(file))
    throw new UserError(`Expected MNIST's labels in ${file} but there is no such file: ${wayOut}.`);
  const bytes = readOr(
    file,
    (code) => `Expected MNIST's labels in ${file} but it cannot be read (${code}): ${wayOut}.`,
  );
  if (sha256(bytes) !== mnistFiles[name])
    throw new UserError(`Expected MNIST's labels in ${file} but it holds something else: ${wayOut}.`);
  return parseIdx(bytes, { name: file, shape: [name.startsWith("train") ? 60_000 : 10_000], wayOut }).values;
}

function readOr(file: string, sentence: (code: string | undefined) => string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UserError(sentence((error as NodeJS.ErrnoException).code));
  }
}

async function readVerified(
  { name: data, folder, own }: Source,
  name: keyof typeof mnistFiles,
  shape: readonly number[],
): Promise<{ readonly values: Uint8Array; readonly hash: string }> {
  const file = join(folder, name);
  const wayOut = own
    ? "run npm run doctor -- --repair, which restores it"
    : data === "mnist"
      ? "point DEEPNETS_DATA to MNIST's four files, or unset it to read the project's own"
      : `point DEEPNETS_DATA to the four files of "${data}"`;
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" && existsSync(`${file}.gz`))
      throw new Error(`Expected ${name} in ${folder} but found only ${name}.gz: unpack it with gunzip ${name}.gz.`);
    throw new Error(`Expected ${name} in ${folder} but it cannot be read (${error.code}): ${wayOut}.`);
  });
  const other = whatItIs(bytes, name);
  if (other)
    throw new Error(
      `Expected ${file} to be ${describe(data, name)} but it is ${other.text}: ${other.wayOut ?? wayOut}.`,
    );
  // The header before the checksum: it says more about a damaged or exchanged file.
  const { values } = parseIdx(bytes, { name: `${name} (${file})`, shape, wayOut });
  const hash = sha256(bytes);
  if (data === "mnist" && hash !== mnistFiles[name])
    throw new Error(
      `Expected ${name} to have SHA-256 ${mnistFiles[name].slice(0, 12)}... but found ${hash.slice(0, 12)}... (${file}): ${
        own
          ? "it is damaged; run npm run doctor -- --repair, which restores it"
          : "it is damaged, or other data in the same form (Fashion-MNIST, KMNIST, EMNIST); for such data write " +
            'loadMnist({ name: "fashion" }), for the digits unset DEEPNETS_DATA'
      }.`,
    );
  return { values, hash };
}

const describe = (data: string, name: string) => (data === "mnist" ? `MNIST's ${name}` : `the ${name} of "${data}"`);

/** Recognises files that people often have in place of MNIST's: packed ones, web pages, other data sets. */
function whatItIs(bytes: Uint8Array, name: string): { readonly text: string; readonly wayOut?: string } | undefined {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b)
    return { text: "packed by gzip", wayOut: `unpack it: mv ${name} ${name}.gz, then gunzip ${name}.gz` };
  const start = Buffer.from(bytes.subarray(0, 400)).toString("latin1");
  if (start.startsWith("PK\x03\x04")) return { text: "a zip archive", wayOut: `unzip it and put ${name} in its place` };
  if (/^\s*<(!doctype|html|\?xml)/i.test(start))
    return { text: "a web page, as a download leaves it that failed", wayOut: "download the file itself again" };
  if (start.startsWith("version https://git-lfs"))
    return { text: "a pointer of Git LFS", wayOut: "run git lfs pull in the folder that it comes from" };
  if (bytes.length < 12 || bytes[0] !== 0 || bytes[1] !== 0) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = view.getUint32(4);
  if (view.getUint32(0) === 0x0c02)
    return {
      text: `the labels of QMNIST (${size} rows of ${view.getUint32(8)} whole numbers)`,
      wayOut: "take MNIST's or Fashion-MNIST's files: loadMnist reads one byte a label",
    };
  const sizes = name.startsWith("train") ? emnist.train : emnist.test;
  const split = [0x0801, 0x0803].includes(view.getUint32(0)) ? sizes[size] : undefined;
  if (split !== undefined)
    return {
      text: `a file of ${split} (${size} examples)`,
      wayOut: "take MNIST's or Fashion-MNIST's files: loadMnist reads 60000 and 10000 examples of ten classes",
    };
  return undefined;
}

// Sizes of other data sets that have MNIST's form.
const emnist: Readonly<Record<"train" | "test", Readonly<Record<number, string>>>> = {
  train: {
    697932: "EMNIST (ByClass or ByMerge)",
    112800: "EMNIST Balanced",
    124800: "EMNIST Letters",
    240000: "EMNIST Digits",
  },
  test: {
    116323: "EMNIST (ByClass or ByMerge)",
    18800: "EMNIST Balanced",
    20800: "EMNIST Letters",
    40000: "EMNIST Digits",
    60000: "QMNIST's test images, or of a training set",
  },
};
