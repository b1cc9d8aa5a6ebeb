// What a cell imports from "deepnets".

export { points, pValue, signedPoints } from "./base/text";
export * from "./data";
export * as figures from "./figures";
export { percent } from "./figures/numbers";
export type { OptimizerSettings } from "./graph/optimizers";
export { trace } from "./graph/trace";
export * from "./models";
export * from "./notebook";
// For cells: with a live view, and stopped by the square button.
export { train, trial } from "./notebook";
// For cells: unknown options are refused.
export {
  accuracyWhenMoved,
  createStep,
  drawSeries,
  holdOut,
  loadMnist,
  parameters,
  random,
  shufflePixels,
} from "./notebook/checked/functions";
export * as models from "./notebook/checked/models";
export * as live from "./notebook/live";
export { type TensorboardOptions, type TensorboardPicture, tensorboard } from "./notebook/tensorboard";
export * from "./runs";
export * from "./training";
