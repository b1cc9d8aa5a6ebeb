export { type Assessment, assess } from "./assess";
export type { Evaluation, FinalEvaluation } from "./evaluation";
export { accuracyWhenMoved, type MovedAccuracy } from "./moved";
export { parseOverrides } from "./overrides";
export { type Parameters, parameters, type Settings } from "./parameters";
export { type BorderOptions, seriesBorder } from "./series-border";
export { type Trial, type TrialOptions, trial } from "./trial";
