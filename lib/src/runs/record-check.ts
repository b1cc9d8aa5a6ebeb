import { itemAt } from "../base/item-at";
import { countBy, sum } from "../base/statistics";
import { completeOptimizer } from "../graph/optimizers";
import { curveSize } from "../training/curves";
import type { FinalEvaluation } from "../training/evaluation";
import { curveExamples, finalExamples } from "./first-examples";
import type { RunRecord } from "./record";

type Final = NonNullable<RunRecord["final"]>;

/**
 * What contradicts itself in a finished record, as the end of "Expected ... but found"; undefined when nothing does.
 * Types and ranges have been checked before.
 */
export function contradiction(record: RunRecord): string | undefined {
  const { status, final } = record;
  if (status !== "finished" || !final) return `one that is ${status}${status === "finished" ? " without an end" : ""}`;
  return (
    aboutSettings(record, final) ??
    aboutCurves(record, final) ??
    aboutEvaluation(final.train, "train") ??
    aboutEvaluation(final.test, "test") ??
    aboutPredictions(final) ??
    aboutExtra(record.extra)
  );
}

function aboutSettings(record: RunRecord, { train }: Final): string | undefined {
  const { config, overrides, progress, model } = record;
  const { iterations, epochs, batchSize } = config;
  if (progress.iteration !== iterations || progress.iterations !== iterations)
    return `iteration ${progress.iteration} of ${progress.iterations} in a run of ${iterations}`;
  // An end that is measured on so many examples does not say how many there are.
  const all = train.size !== finalExamples(record);
  if (all && epochs !== undefined && iterations !== Math.ceil((epochs * train.size) / batchSize))
    return `${iterations} iterations for ${epochs} epochs of ${train.size} examples in batches of ${batchSize}`;
  const optimizer = optimizerFault(config.optimizer);
  if (optimizer) return optimizer;
  for (const [name, value] of Object.entries(overrides)) {
    const set = name.split(".").reduce<unknown>((inner, key) => (inner as Record<string, unknown>)?.[key], config);
    if (set !== value) return `${name} ${value} as changed and ${set} as trained with`;
  }
  if (config.variant !== overrides.variant)
    return `variant ${overrides.variant ?? "none"} as changed and ${config.variant ?? "none"} as trained`;
  // Layers that share weights count them each, the model counts them once.
  const counts = model.layers.map(({ parameters }) => parameters);
  return model.parameters > sum(counts) || model.parameters < Math.max(0, ...counts)
    ? `${model.parameters} parameters in layers that have ${sum(counts)}`
    : undefined;
}

/** Names of settings are those of the optimizer, and their values such as it takes. */
function optimizerFault(settings: RunRecord["config"]["optimizer"]): string | undefined {
  try {
    completeOptimizer(settings, "the record");
    return undefined;
  } catch (error) {
    const [, found] = / but found (.*?)(?: \(the record\))/.exec((error as Error).message) ?? [];
    const [, name] = /(optimizer\.\w+)/.exec((error as Error).message) ?? [];
    return `${found} as ${name}`;
  }
}

function aboutCurves(record: RunRecord, { train, test }: Final): string | undefined {
  const { iterations, trainLoss, testLoss, trainAccuracy, testAccuracy, trainCurveSize } = record;
  const { evalEvery, iterations: total, precision } = record.config;
  const lengths = [iterations, trainLoss, testLoss, trainAccuracy, testAccuracy].map(({ length }) => length);
  if (lengths.some((length) => length !== lengths[0])) return `curves of lengths ${lengths.join(", ")}`;
  const points = Math.ceil(total / evalEvery) + 1;
  const wrong = iterations.findIndex((iteration, i) => iteration !== Math.min(i * evalEvery, total));
  if (wrong >= 0) return `a curve whose point ${wrong + 1} is at iteration ${iterations[wrong]}`;
  if (iterations.length !== points)
    return `a curve that ends at iteration ${iterations.at(-1) ?? "none"} in a run of ${total}`;
  const { validationLoss, validationAccuracy, validationSize } = record;
  const held = [validationLoss, validationAccuracy].map((curve) => curve?.length);
  if (held.some((length) => length !== (validationSize === undefined ? undefined : iterations.length)))
    return (
      `validation curves of lengths ${held.map((length) => length ?? "none").join(", ")} on ` +
      `${validationSize ?? "no"} examples`
    );
  const odd = validationAccuracy?.find(
    (value) => Math.abs(value * validationSize! - Math.round(value * validationSize!)) > 1e-6,
  );
  if (odd !== undefined) return `a validation accuracy of ${odd} on ${validationSize} examples`;
  const examples = curveExamples(record);
  if (trainCurveSize !== curveSize(train, examples))
    return `curves on ${trainCurveSize} of ${train.size} training examples`;
  const halves = [
    { name: "train", size: trainCurveSize, whole: train, accuracy: trainAccuracy, loss: trainLoss },
    { name: "test", size: curveSize(test, examples), whole: test, accuracy: testAccuracy, loss: testLoss },
  ];
  for (const { name, size, whole, accuracy, loss } of halves) {
    const uneven = accuracy.find((value) => Math.abs(value * size - Math.round(value * size)) > 1e-6);
    if (uneven !== undefined) return `a ${name} accuracy of ${uneven} on ${size} examples`;
    if (size !== whole.size) continue;
    // The curve's end and the final evaluation look at the same examples, computed in two ways: a tie may fall
    // differently, and bfloat16 has two or three digits.
    const [near, far] = precision === "float32" ? [2e-3 + 3 / size, 1e-2] : [5e-2 + 3 / size, 0.2];
    const [lastAccuracy, lastLoss] = [accuracy.at(-1)!, loss.at(-1)!];
    if (Math.abs(lastAccuracy - whole.accuracy) > near)
      return `a curve that ends at a ${name} accuracy of ${lastAccuracy} and a final one of ${whole.accuracy}`;
    if (Math.abs(lastLoss - whole.loss) > far * (1 + whole.loss))
      return `a curve that ends at a ${name} loss of ${lastLoss} and a final one of ${whole.loss}`;
  }
  return undefined;
}

function aboutEvaluation(found: FinalEvaluation, name: string): string | undefined {
  const { size, accuracy, recall, balancedAccuracy, confusion } = found;
  const classes = confusion.length;
  if (classes < 2 || recall.length !== classes || confusion.some((row) => row.length !== classes))
    return (
      `a ${name} confusion matrix of ${classes} rows of ` +
      `${[...new Set(confusion.map((row) => row.length))].join(" and ")} with ${recall.length} recalls`
    );
  const sizes = confusion.map(sum);
  if (sum(sizes) !== size) return `${sum(sizes)} answers to ${size} ${name} examples`;
  const right = confusion.map((row, k) => itemAt(row, k));
  const correct = sum(right);
  if (!same(accuracy, correct / size)) return `a ${name} accuracy of ${accuracy} with ${correct} of ${size} correct`;
  const expected = sizes.map((total, k) => (total === 0 ? 0 : itemAt(right, k) / total));
  const other = expected.findIndex((value, k) => !same(value, itemAt(recall, k)));
  if (other >= 0) return `a ${name} recall of ${recall[other]} of class ${other} with another in the confusion matrix`;
  const present = recall.filter((_, k) => itemAt(sizes, k) > 0);
  if (!same(balancedAccuracy, sum(present) / present.length))
    return `a ${name} balanced accuracy of ${balancedAccuracy} with recalls of mean ${sum(present) / present.length}`;
  return undefined;
}

function aboutPredictions({ train, test, predictions }: Final): string | undefined {
  const { label, probability } = predictions;
  const classes = test.confusion.length;
  if (train.confusion.length !== classes)
    return `${train.confusion.length} classes in training and ${classes} in testing`;
  if (label.length !== test.size || probability.length !== test.size)
    return `${label.length} predictions with ${probability.length} probabilities for ${test.size} test examples`;
  const beyond = label.find((k) => k >= classes);
  if (beyond !== undefined) return `a prediction of class ${beyond} of ${classes}`;
  const counts = countBy(classes, label);
  const other = counts.findIndex((count, k) => count !== sum(test.confusion.map((row) => itemAt(row, k))));
  if (other >= 0) return `${counts[other]} predictions of class ${other} with another number in the confusion matrix`;
  // The predicted class is the most probable one.
  const low = probability.find((value) => value < 1 / classes - 1e-5);
  return low === undefined ? undefined : `a probability of ${low} for the best of ${classes} classes`;
}

// JSON can hold numbers that are too large for a double.
function aboutExtra(value: unknown, path = "extra"): string | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : `${value} as "${path}"`;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const wrong = aboutExtra(inner, `${path}.${key}`);
    if (wrong) return wrong;
  }
  return undefined;
}

const same = (a: number, b: number): boolean => Math.abs(a - b) < 1e-9;
