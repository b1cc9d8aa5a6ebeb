// What a cell imports from "deepnets".
export * from "./data";
export * from "./models";
export * as models from "./models/factories";
export * from "./training";
export { train } from "./training/train";
export { createStep } from "./graph/step";
export { trace } from "./graph/trace";
export * as figures from "./figures";
export { percent } from "./figures/numbers";
export * from "./notebook";
