/** What the sheet fixes for one trained part; compared with the run's record. */
export interface SheetSettings {
  readonly iterations: number;
  readonly epochs?: number;
  readonly batchSize: number;
  readonly optimizer: Readonly<Record<string, number | string>>;
  /** Test accuracy (for h6-2 balanced accuracy) below which training went wrong: far under what any seed reaches. */
  readonly floor: number;
}

/** One notebook of the hand-in. */
export interface Part {
  /** `"h6-1b"`: what a user types, and what a run record carries. */
  readonly id: string;
  /** File name in `notebooks/` without `.ipynb`. */
  readonly notebook: string;
  readonly title: string;
  /** Parts whose records this notebook reads; it is not run after one of them failed. */
  readonly needs: readonly string[];
  /** Questions of the sheet that the notebook restates and answers. */
  readonly questions: readonly string[];
  readonly sheet?: SheetSettings;
}

const adam = { name: "adam", learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
const descent = { name: "sgd", learningRate: 0.5 };
const mnist = { iterations: 20_000, batchSize: 100, optimizer: adam };

/** The eight notebooks in the order in which they run. */
export const parts: readonly Part[] = [
  part("h6-1a-linear", "Linear model", { sheet: { ...mnist, iterations: 10_000, optimizer: descent, floor: 0.9 } }),
  part("h6-1b-mlp", "Multilayer perceptron", {
    questions: ["H6.1 b", "H6.1 b: Adam", "H6.1 b: sign of the bias"],
    sheet: { ...mnist, floor: 0.97 },
  }),
  part("h6-1c-dropout", "Multilayer perceptron with dropout", { sheet: { ...mnist, floor: 0.97 } }),
  part("h6-1d-cnn", "Convolutional network", { sheet: { ...mnist, floor: 0.98 } }),
  part("h6-1e-comparison", "Comparison", {
    needs: ["h6-1a", "h6-1b", "h6-1c", "h6-1d"],
    questions: ["curves", "under- and overfitting", "regularization against convolution", "parameters"].map(
      (topic) => `H6.1 e: ${topic}`,
    ),
  }),
  part("h6-2-lstm", "Long short-term memory", {
    questions: ["a", "b", "c", "d", "e"].map((letter) => `H6.2 ${letter}`),
    sheet: { iterations: 9_600, epochs: 60, batchSize: 50, optimizer: adam, floor: 0.75 },
  }),
  part("t6-1-convolution", "Tutorial: convolution", { questions: [] }),
  part("t6-2-lstm", "Tutorial: LSTM", { questions: [] }),
];

function part(notebook: string, title: string, rest: Partial<Part>): Part {
  const id = /^[ht]\d-\d[a-e]?/.exec(notebook)![0];
  return { id, notebook, title, needs: [], questions: [id.replace(/^h(\d)-(\d)([a-e])$/, "H$1.$2 $3")], ...rest };
}
