import { max, mean, min, sampleStandardDeviation } from "simple-statistics";
import { itemAt } from "./item-at";

/** Mean and scatter of one figure over several runs. */
export interface Statistic {
  readonly mean: number;
  /** Sample standard deviation (divided by n - 1); 0 for a single run, which says nothing about the scatter. */
  readonly sd: number;
  readonly min: number;
  readonly max: number;
}

/** The sum, added up from first to last; 0 where there are no numbers. */
export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Mean and scatter of at least one number. */
export function statistic(values: readonly number[]): Statistic {
  const numbers = [...values];
  return {
    mean: mean(numbers),
    sd: numbers.length > 1 ? sampleStandardDeviation(numbers) : 0,
    min: min(numbers),
    max: max(numbers),
  };
}

/** How often each class 0, 1, ... occurs among labels, `[classes]`; labels beyond the last class are not counted. */
export function countBy(classes: number, labels: Iterable<number>): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) if (label < classes) counts[label] = itemAt(counts, label) + 1;
  return counts;
}
