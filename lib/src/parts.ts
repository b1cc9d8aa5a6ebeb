/**
 * The table of parts: one entry per notebook, and the only place that names them. Everything that differs between parts
 * is a column here, from which all other code reads it.
 */

/** What the sheet fixes for a part that trains. */
export interface SheetSettings {
  readonly iterations: number;
  /** Given where the sheet counts in epochs; `iterations` is then their number of steps. */
  readonly epochs?: number;
  readonly batchSize: number;
  /** The model's number of parameters, where the sheet leaves no choice. */
  readonly parameters?: number;
  readonly data: "mnist" | "series";
  readonly optimizer: Readonly<Record<string, number | string>>;
  /** The measure on the test examples by which the model learned or not: balanced accuracy where one class is rare. */
  readonly metric: "accuracy" | "balanced accuracy";
  /** The value of `metric` below which training went wrong, far below what any seed reaches. */
  readonly floor: number;
  /**
   * Threads per job with which two cores finish many jobs fastest: 1 where two jobs at once with one thread each are
   * faster than one after the other with two. `npm run sweep -- --measure` measures it.
   */
  readonly threadsPerJob: 1 | 2;
}

/** The name of a part's model in figures, and its colour there (`figures/theme.ts`). */
export interface PartModel {
  readonly name: string;
  readonly color: "grey" | "blue" | "orange" | "green" | "pink";
}

/** One notebook of the hand-in. */
export interface Part {
  /** `"h6-1b"`: what a user types, and what a run record carries. */
  readonly id: string;
  /** `"H6.1 b"`: its name on the sheet. */
  readonly label: string;
  /** File name in `notebooks/` without `.ipynb`. */
  readonly notebook: string;
  readonly title: string;
  /** The title for a sentence or a table: `"multilayer perceptron"`. */
  readonly noun: string;
  /** Absent where the notebook has no model of its own. */
  readonly model?: PartModel;
  /** The engine's threads within one operation and between operations, as the notebook's metadata asks for them. */
  readonly threads: { readonly intra: number; readonly inter: number };
  /** Parts whose records this notebook reads; it is not run after one of them failed. */
  readonly needs: readonly string[];
  /** Questions of the sheet that the notebook restates and answers. */
  readonly questions: readonly string[];
  /**
   * Numbers that the answer to a question must hold, as keys of tags: `"h6-1b.test"`, or `"a|b"` where one of two is
   * enough. The same number over all seeds (`"sweep.h6-1b.test.mean"`) is always accepted.
   */
  readonly numbers?: Readonly<Record<string, readonly string[]>>;
  /**
   * Pairs of models whose difference the notebook tests, in families that are corrected together: each a part, or a
   * part and its variant ("h6-1d:dropout").
   */
  readonly comparisons?: readonly (readonly (readonly [one: string, other: string])[])[];
  /**
   * What is changed in the part's model or data to find a cause, by name; `training/variants.ts` makes each. No
   * notebook trains them: `npm run sweep -- h6-1d --set variant=dropout` does.
   */
  readonly variants?: Readonly<Record<string, string>>;
  /** Absent where the notebook leaves no run record: it compares or explains. */
  readonly sheet?: SheetSettings;
}

/** A part whose notebook trains a model and leaves a run record. */
export type TrainedPart = Part & { readonly sheet: SheetSettings };

const adam = { name: "adam", learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
const descent = { name: "sgd", learningRate: 0.5 };
const mnist = { iterations: 20_000, batchSize: 100, optimizer: adam, data: "mnist", metric: "accuracy" } as const;

// `threadsPerJob` as measured on two cores of an AMD EPYC with AVX2, runs an hour with one thread each over those with
// two: linear 1.97, MLP 1.19, MLP with dropout 1.27 (quick runs), one layer of LSTM 1.22, CNN 0.95 (full length).
/** The eight notebooks in the order in which they run. */
export const parts: readonly Part[] = [
  part("h6-1a-linear", "Linear model", {
    model: { name: "linear", color: "grey" },
    numbers: { "H6.1 a": ["h6-1a.test", "h6-1a.train"] },
    sheet: { ...mnist, iterations: 10_000, parameters: 7_850, optimizer: descent, floor: 0.9, threadsPerJob: 1 },
  }),
  part("h6-1b-mlp", "Multilayer perceptron", {
    model: { name: "MLP", color: "blue" },
    questions: ["H6.1 b", "H6.1 b: Adam", "H6.1 b: sign of the bias"],
    numbers: {
      "H6.1 b": ["h6-1b.test", "h6-1b.train"],
      "H6.1 b: sign of the bias": ["h6-1b.extra.short.plus.test", "h6-1b.extra.short.minus.test"],
    },
    variants: {
      small: "MLP with as many parameters as the CNN",
      "held-out": "MLP with 5,000 training images held out",
      shuffled: "MLP on shuffled pixels",
    },
    sheet: { ...mnist, parameters: 5_695_510, floor: 0.97, threadsPerJob: 1 },
  }),
  part("h6-1c-dropout", "Multilayer perceptron with dropout", {
    model: { name: "dropout", color: "orange" },
    numbers: { "H6.1 c": ["h6-1c.test", "h6-1c.train"] },
    sheet: { ...mnist, parameters: 5_695_510, floor: 0.97, threadsPerJob: 1 },
  }),
  part("h6-1d-cnn", "Convolutional network", {
    model: { name: "CNN", color: "green" },
    numbers: { "H6.1 d": ["h6-1d.test", "h6-1d.train"] },
    variants: { shuffled: "CNN on shuffled pixels", dropout: "CNN with dropout before the output" },
    sheet: { ...mnist, parameters: 83_466, floor: 0.98, threadsPerJob: 2 },
  }),
  part("h6-1e-comparison", "Comparison", {
    needs: ["h6-1a", "h6-1b", "h6-1c", "h6-1d"],
    questions: ["curves", "under- and overfitting", "regularization against convolution", "parameters"].map(
      (topic) => `H6.1 e: ${topic}`,
    ),
    numbers: {
      "H6.1 e: curves": ["a", "b", "c", "d"].flatMap((letter) => [`h6-1${letter}.test`, `h6-1${letter}.train`]),
      "H6.1 e: under- and overfitting": ["a", "b", "c", "d"].map((letter) => `h6-1${letter}.gapPoints`),
      "H6.1 e: regularization against convolution": ["b", "c", "d"].map((letter) => `h6-1${letter}.testLoss`),
      "H6.1 e: parameters": ["h6-1a.parameters", "h6-1b.parameters|h6-1c.parameters", "h6-1d.parameters"],
    },
    comparisons: [
      [
        ["h6-1b", "h6-1a"],
        ["h6-1c", "h6-1b"],
        ["h6-1d", "h6-1b"],
        ["h6-1d", "h6-1c"],
      ],
      [
        ["h6-1d", "h6-1b:small"],
        ["h6-1b", "h6-1b:small"],
        ["h6-1d", "h6-1d:shuffled"],
        ["h6-1d:dropout", "h6-1d"],
      ],
    ],
  }),
  part("h6-2-lstm", "Long short-term memory", {
    noun: "LSTM",
    model: { name: "LSTM", color: "pink" },
    threads: { intra: 1, inter: 2 },
    questions: ["a", "b", "c", "d", "e"].map((letter) => `H6.2 ${letter}`),
    numbers: {
      "H6.2 d": ["h6-2.iterations|h6-2.config.epochs"],
      // Where one class is rare, accuracy alone says nothing.
      "H6.2 e": ["h6-2.train", "h6-2.test", "h6-2.balancedAccuracy|h6-2.extra.fresh.balancedAccuracy"],
    },
    sheet: {
      iterations: 9_600,
      epochs: 60,
      batchSize: 50,
      data: "series",
      optimizer: adam,
      metric: "balanced accuracy",
      // What always answering 1 has: the sheet asks for an accuracy, and no more is to be had by design.
      floor: 0.5,
      threadsPerJob: 1,
    },
  }),
  part("t6-1-convolution", "Tutorial: convolution", { model: { name: "CNN", color: "green" }, questions: [] }),
  part("t6-2-lstm", "Tutorial: LSTM", {
    model: { name: "LSTM", color: "pink" },
    threads: { intra: 1, inter: 2 },
    questions: [],
  }),
];

/** The parts that leave a run record. */
export const trainedParts: readonly TrainedPart[] = parts.filter((one): one is TrainedPart => one.sheet !== undefined);

/** The names of all variants of all parts. */
export const variantNames: readonly string[] = [
  ...new Set(parts.flatMap(({ variants }) => Object.keys(variants ?? {}))),
];

/** The unit in which a training of the part is counted. */
export const countedIn = ({ sheet }: TrainedPart): "iterations" | "epochs" =>
  sheet.epochs === undefined ? "iterations" : "epochs";

/**
 * The part that a user names: by its id, by its notebook, or by the notebook's file.
 *
 * @example
 * findPart("h6-1b") === findPart("notebooks/h6-1b-mlp.ipynb"); // true
 */
export function findPart(word: string): Part | undefined {
  const name = word.replace(/^(?:\.\/)?notebooks\//, "").replace(/\.ipynb$/, "");
  return parts.find(({ id, notebook }) => name === id || name === notebook);
}

type Rest = Partial<Omit<Part, "id" | "label" | "notebook" | "title">>;

function part(notebook: string, title: string, rest: Rest): Part {
  const [id, kind, sheet, number, letter] = /^([ht])(\d)-(\d)([a-e]?)/.exec(notebook)! as unknown as string[];
  const label = `${kind!.toUpperCase()}${sheet}.${number} ${letter}`.trim();
  const usual = { noun: title.toLowerCase(), threads: { intra: 2, inter: 2 }, needs: [], questions: [label] };
  return { id: id!, label, notebook, title, ...usual, ...rest };
}
