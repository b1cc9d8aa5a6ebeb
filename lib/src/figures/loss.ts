import { itemAt } from "../base/item-at";
import { sum } from "../base/statistics";
import { count } from "../base/text";
import type { RunRecord } from "../runs/record";
import { type Curve, curves } from "./curves";
import type { Figure, Words } from "./figure";
import { byPart, type MeanCurve, meanCurve, type Runs, recordsOf, seedsText } from "./runs";
import type { ModelStyle } from "./theme";

/** What `loss` takes besides the runs. */
export interface LossOptions extends Partial<Words> {
  /** A loss that needs no network, drawn as a line: that of a constant prediction. */
  readonly baseline?: { readonly value: number; readonly label: string };
  readonly yRange?: readonly [number, number];
}

const floor = 1e-5;

/**
 * Mean cross-entropy (in nats) of training (dotted) and test (solid) over the iterations, on a logarithmic axis. A test
 * loss that rises while the training loss falls is overfitting that accuracy does not show. Several seeds of one model
 * make one line, their mean; the band behind the test line goes from the lowest to the highest seed. A loss of exactly
 * 0 is drawn at 1e-5.
 *
 * @param runs A run, its record, or several.
 * @example
 * show(figures.loss(run));
 */
export function loss(runs: Runs, options: LossOptions = {}): Figure {
  const records = recordsOf(runs);
  const models = byPart(records);
  // A loss of exactly 0 has no place on a logarithmic axis.
  const positive = (values: readonly number[]) => values.map((value) => (value === 0 ? floor : value));
  const drawn = models.map(({ style, records: own }) => ({
    style,
    own,
    train: meanCurve(own, ({ trainLoss }) => positive(trainLoss)),
    test: meanCurve(own, ({ testLoss }) => positive(testLoss)),
  }));
  const lines: Curve[] = drawn.flatMap(({ style: { name, color, symbol }, train, test }) => {
    const prefix = drawn.length > 1 ? `${name} ` : "";
    const shared = { color, symbol: drawn.length > 1 ? symbol : undefined };
    return [
      {
        name: `${prefix}train`,
        x: train.x,
        y: train.mean,
        ...shared,
        dash: "dot" as const,
        width: 1.5,
        label: `${prefix}train ${short(train.mean.at(-1))}`,
      },
      {
        name: `${prefix}test`,
        x: test.x,
        y: test.mean,
        ...shared,
        width: 2,
        label: `<b>${prefix}test ${short(test.mean.at(-1))}</b>`,
      },
    ];
  });
  const several = drawn.some(({ own }) => own.length > 1);
  const last = Math.max(1, ...records.map((record) => record.config.iterations));
  const caption =
    options.caption ??
    (several ? `Mean over ${seedsText(models)}; bands: from the lowest to the highest seed. ` : "") +
      drawn.map(sentence).join(" ");
  return curves(lines, {
    title: options.title ?? `Cross-entropy: ${models.map(({ style }) => style.name).join(", ")}`,
    caption,
    alt:
      options.alt ??
      `Line chart of training and test loss over ${count(last)} iterations, logarithmic axis. ${caption}`,
    x: "iteration",
    y: "mean cross-entropy",
    xRange: [0, last],
    yRange: options.yRange,
    log: "y",
    height: drawn.length > 1 ? 360 : 280,
    horizontal: options.baseline ? [{ ...options.baseline, at: "right" }] : [],
    bands: drawn
      .filter(({ own }) => own.length > 1)
      .map(({ style: { color }, test: { x, low, high } }) => ({ x, low, high, color })),
  });
}

function sentence({ style: { name }, own, train, test }: Drawn): string {
  const ends = `train ${short(train.mean.at(-1))}, test ${short(test.mean.at(-1))}`;
  if (own.length === 1) {
    const { testLoss, iterations } = itemAt(own, 0);
    return `${name} at the end: ${ends}; lowest test loss ${lowest(testLoss, iterations)}.`;
  }
  const least = own.map(({ testLoss }) => Math.min(...testLoss));
  return `${name} on average at the end: ${ends}; lowest test loss of each seed ${short(sum(least) / least.length)}.`;
}

interface Drawn {
  readonly style: ModelStyle;
  readonly own: readonly RunRecord[];
  readonly train: MeanCurve;
  readonly test: MeanCurve;
}

const short = (value: number | undefined): string =>
  value === undefined ? "?" : value.toPrecision(2).replace(/e-0*/, " · 10^-");

function lowest(values: readonly number[], iterations: readonly number[]): string {
  if (values.length === 0) return "?";
  const at = values.indexOf(Math.min(...values));
  return `${short(values[at])} at iteration ${count(itemAt(iterations, at))}`;
}
