/**
 * The questions that each notebook restates and answers: ids in the cells' metadata (`deepnets.question`,
 * `deepnets.answer`).
 */
export const questions: Readonly<Record<string, readonly string[]>> = {
  "h6-1a-linear": ["H6.1 a"],
  "h6-1b-mlp": ["H6.1 b", "H6.1 b: Adam", "H6.1 b: sign of the bias"],
  "h6-1c-dropout": ["H6.1 c"],
  "h6-1d-cnn": ["H6.1 d"],
  "h6-1e-comparison": [
    "H6.1 e: curves",
    "H6.1 e: under- and overfitting",
    "H6.1 e: regularization against convolution",
    "H6.1 e: parameters",
  ],
  "h6-2-lstm": ["H6.2 a", "H6.2 b", "H6.2 c", "H6.2 d", "H6.2 e"],
  "t6-1-convolution": [],
  "t6-2-lstm": [],
};
