/** One half of a data set: examples as rows of one flat array, and their class labels. */
export interface Split {
  /** Float32, row-major, `[size, ...shape]`. */
  readonly inputs: Float32Array;
  /** Class index of each example, `[size]`. */
  readonly labels: Uint8Array;
  /** Number of examples. */
  readonly size: number;
}

/** What `train` takes: a training and a test split of the same shape and classes. */
export interface Dataset {
  /** Short name, for messages: `"mnist"`, `"series"`. */
  readonly name: string;
  /** Shape of one example as a model takes it, without the batch: `[784]` or `[30, 1]`. */
  readonly shape: readonly number[];
  /** Number of classes: 10 for MNIST, 2 for the number series. */
  readonly classes: number;
  readonly train: Split;
  readonly test: Split;
  /** Training examples that are held out, to choose by: `holdOut` makes them. Measured with each evaluation. */
  readonly validation?: Split;
  /** SHA-256 (hex) of the data, kept in each run's record. */
  readonly hash: string;
}
