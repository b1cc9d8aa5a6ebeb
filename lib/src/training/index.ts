export { assess, type Assessment } from "./assess";
export { accuracyWhenMoved, type MovedAccuracy } from "./moved";
export { parseOverrides } from "./overrides";
export { parameters, type Settings } from "./parameters";
export { trial, type Trial, type TrialOptions } from "./trial";
