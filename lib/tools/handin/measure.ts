import { join } from "node:path";
import { UserError } from "../../src/base/errors.cjs";
import { count, percent } from "../../src/base/text";
import type { Part, TrainedPart } from "../../src/parts";
import type { RunRecord } from "../../src/runs/record";
import { dataOf } from "../notebooks/data";
import { runsFolder } from "../notebooks/places";
import { recordReader, type StoredRecord } from "../notebooks/records";

/** A kept network, measured again. */
export interface Measured {
  readonly part: Part;
  /** `"h6-1b/full-s1"`. */
  readonly folder: string;
  readonly accuracy?: number;
  readonly seconds: number;
  /** What differs from the record; absent where nothing does. */
  readonly wrong?: string | undefined;
}

/** What `measureNetworks` found. */
export interface Measurement {
  readonly measured: readonly Measured[];
  /** Folders of records that keep no network. */
  readonly without: readonly string[];
}

/**
 * Evaluates every network that is kept beside a record on the test data, and compares it with the record. A network
 * that cannot be read is reported as wrong.
 */
export async function measureNetworks(
  parts: readonly Part[],
  profile: "full" | "quick",
  runs = runsFolder(),
): Promise<Measurement> {
  const { hasModel } = await import("../../src/runs/model-file");
  const reader = recordReader(profile, runs);
  const stored = parts
    .filter((part): part is TrainedPart => part.sheet !== undefined)
    .flatMap((part) => reader.records(part.id).map((one) => ({ part, ...one })));
  const measured: Measured[] = [];
  const without: string[] = [];
  for (const one of stored) {
    if (hasModel(join(runs, one.folder))) measured.push(await measure(one.part, one, runs));
    else without.push(one.folder);
  }
  return { measured, without };
}

async function measure(part: TrainedPart, { folder, record }: StoredRecord, runs: string): Promise<Measured> {
  const { loadModel } = await import("../../src/runs/model-file");
  const { assess } = await import("../../src/training");
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  try {
    const model = await loadModel(join(runs, folder), record);
    try {
      const found = await assess(model, (await dataOf(part, record)).test);
      const wrong = differs(record, found);
      return { part, folder, accuracy: found.accuracy, seconds: seconds(), wrong };
    } finally {
      model.dispose();
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { part, folder, seconds: seconds(), wrong: error.message.replace(/\.$/, "") };
  }
}

/**
 * What differs from the record. Two examples may differ, since ties fall differently on another machine; with bfloat16
 * one in a hundred may.
 */
function differs(
  { final, config: { precision } }: RunRecord,
  found: {
    readonly accuracy: number;
    readonly loss: number;
    readonly predictions: { readonly label: readonly number[] };
  },
): string | undefined {
  if (!final) return "its run has not finished";
  const { test, predictions } = final;
  const few = precision === "float32" ? 2 : Math.ceil(test.size / 100);
  const other = found.predictions.label.filter((label, i) => label !== predictions.label[i]).length;
  if (Math.abs(found.accuracy - test.accuracy) * test.size > few + 0.5)
    return (
      `its network classifies ${percent(found.accuracy)} of the test examples, where the record says ` +
      `${percent(test.accuracy)}`
    );
  if (other > few) return `its network answers ${count(other)} of the test examples differently from the record`;
  if (Math.abs(found.loss - test.loss) > (precision === "float32" ? 1e-3 : 0.05) * (1 + test.loss))
    return (
      `its network has a test loss of ${found.loss.toPrecision(4)}, where the record says ` +
      `${test.loss.toPrecision(4)}`
    );
  return undefined;
}
