/** Loss (mean cross-entropy) and accuracy (fraction in [0, 1]) on `size` examples, in inference mode. */
export interface Evaluation {
  readonly loss: number;
  readonly accuracy: number;
  readonly size: number;
}

/** Final evaluation of one split: adds what accuracy alone hides. */
export interface FinalEvaluation extends Evaluation {
  /** Fraction of each class's examples that were recognised, by class index. */
  readonly recall: readonly number[];
  /** Mean of `recall`. */
  readonly balancedAccuracy: number;
  /** `confusion[label][prediction]`: counts. */
  readonly confusion: readonly (readonly number[])[];
}
