export { accuracy, type AccuracyOptions } from "./accuracy";
export { calibration, type CalibrationOptions } from "./calibration";
export { comparison, type ComparisonOptions } from "./comparison";
export { confusion, type ConfusionOptions } from "./confusion";
export { bars, curves, type BarOptions, type Curve, type CurveOptions, type Rule } from "./curves";
export { captioned, type Figure, type Words } from "./figure";
export { differences } from "./differences";
export { gap } from "./gap";
export { digits, heatmap, images, type DigitsOptions, type HeatmapOptions, type ImagesOptions } from "./images";
export { loss, type LossOptions } from "./loss";
export { panels, type PanelOptions } from "./panels";
export { parametersVsAccuracy } from "./parameters-vs-accuracy";
export type { RunLike, Runs } from "./runs";
export {
  errorsBySum,
  gates,
  states,
  statesBySum,
  type ErrorsBySumOptions,
  type GatesOptions,
  type StatesBySumOptions,
  type StatesOptions,
} from "./series";
export { slides, still, type SlideOptions } from "./slides";
export { colors, modelStyle, palette, type ModelStyle } from "./theme";
export { featureMaps, filters, weights, type FeatureMapOptions, type KernelOptions } from "./weights";
