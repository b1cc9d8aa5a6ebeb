export { cell } from "./cell";
export { type DigitsOptions, digits } from "./digits";
export { type KernelOptions, kernel } from "./kernel";
export type { Live } from "./output";
export { type SeriesLiveOptions, series } from "./series";
