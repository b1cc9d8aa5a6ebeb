import { join } from "node:path";
import { writeRecord } from "./record-file";
import type { Run } from "./run";

/**
 * Adds a measurement to a finished run's record: to `run.record.extra` and to the file.
 *
 * @param run What `train` returned.
 * @param name A word of letters, digits and underscores; the same name again replaces the value.
 * @param value Anything that JSON holds; numbers must be finite.
 * @throws When the run has not finished, or the name or the value cannot be kept.
 * @example
 * await annotate(run, "fresh", { size: 100_000, balancedAccuracy: 0.93 });
 */
export async function annotate(run: Run, name: string, value: unknown): Promise<void> {
  if (!/^[A-Za-z]\w*$/.test(name))
    throw new Error(`Expected a name of letters, digits and underscores but found "${name}" (annotate): rename it.`);
  if (run.record.status !== "finished")
    throw new Error(
      `Expected a finished run but found one that is ${run.record.status} (annotate ${name}): let it train to its end.`,
    );
  const text = JSON.stringify(value, (key, inner: unknown) => {
    if (typeof inner === "number" && !Number.isFinite(inner))
      throw new Error(
        `Expected finite numbers but found ${inner} (annotate ${name}${key && `, ${key}`}): leave that number out.`,
      );
    return inner;
  });
  if (text === undefined)
    throw new Error(
      `Expected a value that JSON can hold but found ${typeof value} (annotate ${name}): pass numbers, text, ` +
        "arrays and plain objects.",
    );
  const record = { ...run.record, extra: { ...run.record.extra, [name]: JSON.parse(text) as unknown } };
  writeRecord(join(run.folder, "record.json"), record);
  run.record = record;
}
