import { UserError } from "../../src/base/errors.cjs";
import type { Dataset } from "../../src/data/dataset";
import { drawSeries, seriesScales } from "../../src/data/series";
import type { TrainedPart } from "../../src/parts";
import type { RunRecord } from "../../src/runs/record";

let mnist: Promise<Dataset> | undefined;

/**
 * The data that a record was made with.
 *
 * @throws UserError When it was made with other data than the sheet's.
 */
export async function dataOf({ sheet }: TrainedPart, { data, seed, part }: RunRecord): Promise<Dataset> {
  const { loadMnist } = await import("../../src/data");
  mnist ??= sheet.data === "mnist" ? loadMnist() : undefined;
  const known = sheet.data === "mnist" ? [await mnist!] : seriesScales.map((scale) => drawSeries({ seed, scale }));
  const found = known.find(({ hash }) => hash === data);
  if (found) return found;
  throw new UserError(
    `Expected the record of ${part} (seed ${seed}) to be of a run on the sheet's data but it is of one on other ` +
      `data: run npm run handin -- ${part}.`,
  );
}
