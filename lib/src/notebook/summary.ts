import { count, duration } from "../base/text";
import { percent } from "../figures/numbers";
import type { RunRecord } from "../runs/record";

const last = (values: readonly number[]) => values.at(-1);

/** Where a run stands or how it ended, in one line. */
export function summary(record: RunRecord): string {
  const { status, progress, final, minutes } = record;
  const train = final?.train.accuracy ?? last(record.trainAccuracy);
  const test = final?.test.accuracy ?? last(record.testAccuracy);
  const accuracy =
    train === undefined || test === undefined ? [] : [`train ${percent(train)}`, `test ${percent(test)}`];
  const taken = duration((minutes.training + minutes.evaluation) * 60);
  const done = `iteration ${count(progress.iteration)} of ${count(record.config.iterations)}`;
  if (status === "finished")
    return [`${count(record.config.iterations)} iterations in ${taken}`, ...accuracy].join(" · ");
  if (status === "interrupted") return [`stopped at ${done}`, ...accuracy].join(" · ");
  return [
    `${done} (${percent(progress.iteration / record.config.iterations, 0)})`,
    `${speed(progress.stepsPerSecond)} steps/s`,
    `${duration(progress.etaSeconds)} left`,
    ...accuracy,
  ].join(" · ");
}

const speed = (value: number) => (value >= 10 || value === 0 ? value.toFixed(0) : value.toFixed(1));

/** How to go on with a run that was stopped. */
export const howToGoOn = (record: RunRecord): string =>
  `The model holds the weights of iteration ${count(record.progress.iteration)}. Run this cell again to go on ` +
  `from there; "npm run reset -- ${record.part}" starts over.`;
