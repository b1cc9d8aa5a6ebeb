import type { RunRecord } from "./record";

/**
 * The name of a trained model where its part alone does not tell it: the part, or the part and its variant that
 * `npm run sweep -- PART --set variant=NAME` trained.
 *
 * @param record The run's record.
 * @example
 * modelId({ part: "h6-1d", overrides: { variant: "dropout" } }); // "h6-1d:dropout"
 */
export function modelId({ part, overrides }: Pick<RunRecord, "part" | "overrides">): string {
  const { variant } = overrides;
  return variant === undefined ? part : `${part}:${variant}`;
}

/** The overrides of a model's runs, by its name: none, or its variant. */
export function overridesOf(id: string): RunRecord["overrides"] {
  const [, variant] = id.split(":");
  return variant === undefined ? {} : { variant };
}

/**
 * The runs of one model among many, by seed: those with the sheet's own settings, or those of one variant. Runs with
 * other settings than these are left out.
 *
 * @param records What `readRecords` read.
 * @param id A part ("h6-1d"), or a part and its variant ("h6-1d:dropout").
 * @returns The records, an empty array where there are none.
 * @example
 * const all = await readRecords({ profile: "full" });
 * runsOf(all, "h6-1d").map(({ seed }) => seed); // [1, 2, 3]
 */
export function runsOf(records: readonly RunRecord[], id: string): RunRecord[] {
  const wanted = JSON.stringify(overridesOf(id));
  return records
    .filter((record) => modelId(record) === id && JSON.stringify(record.overrides) === wanted)
    .sort((a, b) => a.seed - b.seed);
}
