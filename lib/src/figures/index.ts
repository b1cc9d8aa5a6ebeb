export { type AccuracyOptions, accuracy } from "./accuracy";
export { type CalibrationOptions, calibration } from "./calibration";
export { type ComparisonOptions, comparison } from "./comparison";
export { type ConfusionOptions, confusion } from "./confusion";
export { type BarOptions, bars, type Curve, type CurveOptions, curves, type Rule } from "./curves";
export { differences } from "./differences";
export { captioned, type Figure, type Words } from "./figure";
export { gap } from "./gap";
export { type DigitsOptions, digits, type HeatmapOptions, heatmap, type ImagesOptions, images } from "./images";
export { type LossOptions, loss } from "./loss";
export { type PanelOptions, panels } from "./panels";
export { parametersVsAccuracy } from "./parameters-vs-accuracy";
export type { RunLike, Runs } from "./runs";
export {
  type ErrorsBySumOptions,
  errorsBySum,
  type GatesOptions,
  gates,
  type StatesBySumOptions,
  type StatesOptions,
  states,
  statesBySum,
} from "./series";
export { type SlideOptions, slides, still } from "./slides";
export { colors, type ModelStyle, modelStyle, palette } from "./theme";
export { type FeatureMapOptions, featureMaps, filters, type KernelOptions, weights } from "./weights";
