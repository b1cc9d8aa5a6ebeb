// What a cell imports from "deepnets".
export * from "./data";
export * from "./models";
export * as models from "./models/factories";
export * from "./training";
export * from "./runs";
export type { OptimizerSettings } from "./graph/optimizers";
export { createStep } from "./graph/step";
export { trace } from "./graph/trace";
export * as figures from "./figures";
export { percent } from "./figures/numbers";
export { points, pValue, signedPoints } from "./base/text";
// As a cell sees them: with a live view, and stopped by the square button.
export { train, trial } from "./notebook";
export * from "./notebook";
export * as live from "./notebook/live";
export { tensorboard, type TensorboardOptions, type TensorboardPicture } from "./notebook/tensorboard";
