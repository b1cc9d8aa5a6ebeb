export type { Evaluation, FinalEvaluation } from "./evaluation";
export { assess, type Assessment } from "./assess";
export { accuracyWhenMoved, type MovedAccuracy } from "./moved";
export { parseOverrides } from "./overrides";
export { parameters, type Parameters, type Settings } from "./parameters";
export { trial, type Trial, type TrialOptions } from "./trial";
export { seriesBorder, type BorderOptions } from "./series-border";
