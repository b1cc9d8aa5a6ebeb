import type { LayersModel } from "@tensorflow/tfjs-node";
import { itemAt } from "../../base/item-at";
import { count, percent } from "../../base/text";
import type { Series, SeriesSplit } from "../../data/series";
import { type RankedCell, runSeries, type SeriesData } from "../../live/series-data";
import { lstmStates } from "../../models/lstm-states";
import { parts, type TrainedPart } from "../../parts";
import { readModel, readRecord } from "../../runs";
import type { Parameters } from "../../training";
import { type Live, liveOutput } from "./output";
import { packModel } from "./pack-model";
import { seriesStill } from "./series-still";

/** Which network `live.series` shows, and on which data it was trained. */
export interface SeriesLiveOptions extends Partial<Pick<Parameters, "profile" | "seed" | "overrides">> {
  /** What `drawSeries` gave: the network was trained on it. */
  readonly series: Series;
  /** Smallest sum with label 1. Default 100. */
  readonly threshold?: number;
  /** The sum at which the network's answer changes over many series, as `seriesBorder` finds it; the page says it. */
  readonly border?: number | undefined;
}

/**
 * A series of digits to type, to draw at random or to nudge digit by digit, and what the trained LSTM of H6.2 makes of
 * it at each step: the running sum, y(t), gates and state of a chosen cell, the states of all cells, and how the answer
 * changes where the sum crosses 100.
 *
 * The cell that is shown first is the one whose state follows the running sum best: over the steps of the first 200
 * test series its correlation with the sum is furthest from 0.
 *
 * @param options Seed and data; of the parameters `p` of a notebook the seed, the profile and the overrides.
 * @returns A live output for `show`.
 * @throws When the network is missing, or was trained on other data.
 * @example
 * show(await live.series({ seed: 1, series: drawSeries({ seed: 1 }) }));
 */
export async function series({ series, threshold = 100, border, ...named }: SeriesLiveOptions): Promise<Live> {
  const { id, noun } = parts.find((part): part is TrainedPart => part.sheet?.data === "series")!;
  const request = { part: id, ...named };
  const record = await readRecord(request);
  if (record.data !== series.hash)
    throw new Error(
      `Expected the series that the network of ${id} (seed ${record.seed}) was trained on but found others: pass ` +
        `what drawSeries({ seed: ${record.seed} }) gives.`,
    );
  const model = await readModel(request);
  try {
    const { output, line } = seriesOutput(model, series, { threshold, border });
    console.log(`${noun}: ${line}`);
    return output;
  } finally {
    model.dispose();
  }
}

/**
 * The output for a model, and a line that says what packing cost.
 *
 * @throws When a label does not fit the threshold, or a digit is missing in the test series.
 */
export function seriesOutput(
  model: LayersModel,
  series: Series,
  { threshold, border }: Required<Pick<SeriesLiveOptions, "threshold">> & Pick<SeriesLiveOptions, "border">,
): { readonly output: Live; readonly line: string } {
  const { test, shape } = series;
  const length = itemAt(shape, 0);
  const other = Array.from(test.sums).findIndex((sum, i) => test.labels[i] !== (sum >= threshold ? 1 : 0));
  if (other >= 0)
    throw new Error(
      `Expected label 1 from a sum of ${threshold} on but test series ${other} with sum ${test.sums[other]} has ` +
        `label ${test.labels[other]}: pass the threshold that drawSeries had.`,
    );
  const { packed, network, classes, accuracy, bitsPerWeight } = packModel(model, series);
  const one = (index: number) => Array.from(test.series.subarray(index * length, (index + 1) * length));
  const missed = Array.from(classes.keys()).filter((i) => classes[i] !== test.labels[i]);
  const data: SeriesData = {
    network: packed,
    length,
    threshold,
    inputs: digitInputs(test),
    cells: rankCells(model, test),
    border: border && Number(border.toFixed(2)),
    first: one(Math.max(0, test.labels.indexOf(0))),
    missed: missed.slice(0, mostMissed).map(one),
  };
  const run = runSeries(network, data, data.first);
  const [sum, y] = [itemAt(run.sums, -1), itemAt(run.y, -1)];
  const right = y >= 0.5 === sum >= threshold;
  const says =
    `y(${length}) is ${y.toFixed(3)}: the network says ${y >= 0.5 ? `${threshold} or more` : `below ${threshold}`} ` +
    `and is ${right ? "right" : "wrong"}.`;
  return {
    line:
      `${count(model.countParams())} weights in ${(packed.bytes.length / 1e6).toFixed(2)} MB, ` +
      `${bitsPerWeight.toFixed(1)} bits each; test ${percent(accuracy.packed)} on the page, ` +
      `${percent(accuracy.model)} in float32.`,
    output: liveOutput({
      widget: "series",
      title: "Type a series",
      start: "Type a series yourself",
      data,
      still: seriesStill(run, { threshold, title: `A test series with the sum ${sum}. ${says}` }),
      text:
        `A test series of ${length} digits, ${data.first.join(" ")}, with its running sum and the network's answer ` +
        `after each step. The sum is ${sum}; ${says}`,
    }),
  };
}

const mostMissed = 20;
const rankedOn = 200;

/** The network's input for each digit, looked up in the data, whatever their scale is. */
function digitInputs({ series, inputs }: SeriesSplit): number[][] {
  const features = inputs.length / series.length;
  return Array.from({ length: 10 }, (_, digit) => {
    const at = series.indexOf(digit);
    if (at < 0) throw new Error(`Expected each digit among the test series but found no ${digit}: draw more series.`);
    return Array.from(inputs.subarray(at * features, (at + 1) * features));
  });
}

/** The cells by how far the correlation of their state with the running sum is from 0. */
function rankCells(model: LayersModel, { inputs, series, size }: SeriesSplit): RankedCell[] {
  const n = Math.min(rankedOn, size);
  const length = series.length / size;
  const { c, units } = lstmStates(model, inputs.subarray(0, (n * inputs.length) / size));
  const steps = n * length;
  const sums = new Float64Array(steps);
  for (let i = 0; i < steps; i++) sums[i] = itemAt(series, i) + (i % length === 0 ? 0 : itemAt(sums, i - 1));
  const ofSums = momentsOf(sums);
  return Array.from({ length: units }, (_, cell) => {
    const states = Float64Array.from({ length: steps }, (_, i) => itemAt(c, i * units + cell));
    const { mean, deviation } = momentsOf(states);
    const shared = states.reduce((sum, state, i) => sum + (state - mean) * (itemAt(sums, i) - ofSums.mean), 0) / steps;
    const r = deviation > 0 ? shared / (deviation * ofSums.deviation) : 0;
    return { cell, r: Number(r.toFixed(4)) };
  }).sort((a, b) => Math.abs(b.r) - Math.abs(a.r));
}

function momentsOf(values: Float64Array): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(square) };
}
