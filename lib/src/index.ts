// What a cell imports from "deepnets".

export { points, pValue, signedPoints } from "./base/text";
export * from "./data";
export { percent } from "./figures/numbers";
export type { OptimizerSettings } from "./graph/optimizers";
export * from "./models";
export * from "./notebook";
// For cells: with a live view, and stopped by the square button.
export { train, trial } from "./notebook";
// For cells: unknown options are refused.
export * as figures from "./notebook/checked/figures";
export {
  accuracyWhenMoved,
  assess,
  createStep,
  drawSeries,
  holdOut,
  loadMnist,
  parameters,
  random,
  seriesBorder,
  shufflePixels,
  trace,
} from "./notebook/checked/functions";
export * as live from "./notebook/checked/live";
export * as models from "./notebook/checked/models";
export { claims, html, show, table, tensorboard } from "./notebook/checked/outputs";
export { calibration, compareModels, readModel, readRecord, readRecords } from "./notebook/checked/runs";
export type { TensorboardOptions, TensorboardPicture } from "./notebook/tensorboard";
export * from "./runs";
export * from "./training";
