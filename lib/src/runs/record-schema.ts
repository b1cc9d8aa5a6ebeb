import * as v from "valibot";

// What a record may hold: types and ranges. record-check.ts compares its numbers with each other.
const number = v.pipe(v.number(), v.finite());
const atLeast0 = v.pipe(number, v.minValue(0));
// Training stops before a loss gets larger.
const loss = v.pipe(number, v.minValue(0), v.maxValue(1e9));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const positive = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const fraction = v.pipe(number, v.minValue(0), v.maxValue(1));
const text = v.pipe(v.string(), v.minLength(1));
const setting = v.union([number, v.string(), v.boolean()]);

const evaluation = v.strictObject({
  loss,
  accuracy: fraction,
  size: positive,
  recall: v.array(fraction),
  balancedAccuracy: fraction,
  confusion: v.array(v.array(count)),
});

/** The curves of a record and of a checkpoint. */
const curves = {
  iterations: v.array(count),
  trainLoss: v.array(loss),
  testLoss: v.array(loss),
  trainAccuracy: v.array(fraction),
  testAccuracy: v.array(fraction),
  validationLoss: v.optional(v.array(loss)),
  validationAccuracy: v.optional(v.array(fraction)),
};

const record = v.strictObject({
  format: v.literal(1),
  part: v.pipe(v.string(), v.regex(/^[\w-]+$/)),
  profile: v.picklist(["full", "quick"]),
  seed: v.pipe(count, v.maxValue(2 ** 31 - 1)),
  overrides: v.record(v.string(), setting),
  status: v.picklist(["running", "interrupted", "finished"]),
  config: v.strictObject({
    batchSize: positive,
    iterations: positive,
    epochs: v.optional(positive),
    evalEvery: positive,
    // Each optimizer has settings of its own.
    optimizer: v.objectWithRest({ name: text, learningRate: v.pipe(number, v.gtValue(0)) }, setting),
    precision: v.picklist(["float32", "bfloat16"]),
    mode: v.picklist(["graph", "eager"]),
    variant: v.optional(text),
  }),
  model: v.strictObject({
    parameters: count,
    layers: v.array(
      v.strictObject({
        name: text,
        type: text,
        // A layer with several outputs has several shapes.
        outputShape: v.array(v.union([v.nullable(count), v.array(v.nullable(count))])),
        parameters: count,
      }),
    ),
  }),
  threads: v.strictObject({ intra: positive, inter: positive }),
  versions: v.objectWithRest({ node: text, tensorflow: text }, text),
  code: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  data: text,
  machine: v.strictObject({ cpu: text, cores: positive, memoryGiB: atLeast0, platform: text }),
  ...curves,
  validationSize: v.optional(positive),
  trainCurveSize: positive,
  progress: v.strictObject({
    iteration: count,
    iterations: positive,
    stepsPerSecond: atLeast0,
    etaSeconds: atLeast0,
  }),
  final: v.optional(
    v.strictObject({
      train: evaluation,
      test: evaluation,
      predictions: v.strictObject({ label: v.array(count), probability: v.array(fraction) }),
    }),
  ),
  extra: v.record(v.string(), v.unknown()),
  minutes: v.strictObject({ training: atLeast0, evaluation: atLeast0 }),
  peakMemoryMB: positive,
});

const fit = v.strictObject({
  iteration: count,
  curves: v.strictObject({
    ...curves,
    times: v.array(number),
  }),
  clock: v.strictObject({ training: atLeast0, evaluation: atLeast0 }),
});

const checkpoint = v.looseObject({
  identity: v.looseObject({}),
  fit,
  iteration: count,
  tensors: v.array(v.strictObject({ name: v.string(), shape: v.array(count) })),
});

/**
 * What is wrong with the types or ranges of a record, as the end of "Expected ... but found"; undefined when nothing.
 */
export const wrongRecord = (value: unknown): string | undefined => problem(record, value);

/** What is wrong with the header of a checkpoint, in the same form. */
export const wrongCheckpoint = (value: unknown): string | undefined => problem(checkpoint, value);

function problem(schema: v.GenericSchema, value: unknown): string | undefined {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return undefined;
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  const found = issue.received.length > 40 ? `${issue.received.slice(0, 40)}...` : issue.received;
  if (path !== null && issue.received === "undefined") return `no "${path}"`;
  if (issue.type === "strict_object" && issue.expected === "never") return `"${path}", which no record has`;
  return `${found} as "${path ?? "the whole"}"${issue.expected ? ` instead of ${issue.expected}` : ""}`;
}
