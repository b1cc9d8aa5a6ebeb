export type { Dataset, Split } from "./dataset";
export { holdOut } from "./hold-out";
export { loadMnist, type Mnist, type MnistOptions, type MnistSplit } from "./mnist";
export { oneHot } from "./one-hot";
export { Random, random, type RandomState } from "./random";
export { shufflePixels } from "./shuffle-pixels";
export { drawSeries, type Series, type SeriesOptions, type SeriesScale, type SeriesSplit } from "./series";
