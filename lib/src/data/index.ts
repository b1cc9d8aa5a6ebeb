export type { Dataset, Split } from "./dataset";
export { holdOut } from "./hold-out";
export { loadMnist, type Mnist, type MnistOptions, type MnistSplit } from "./mnist";
export { oneHot } from "./one-hot";
export { Random, type RandomState, random } from "./random";
export { drawSeries, type Series, type SeriesOptions, type SeriesScale, type SeriesSplit } from "./series";
export { shufflePixels } from "./shuffle-pixels";
