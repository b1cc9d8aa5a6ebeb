// The trained networks that pages carry, with few bits per weight: what they are, and how well they still classify.
import { join } from "node:path";
import { count, percent } from "../../src/base/text";
import type { DigitsData } from "../../src/live/digits-data";
import { liveMime } from "../../src/live/envelope";
import type { PackedNetwork } from "../../src/live/packed";
import type { SeriesData } from "../../src/live/series-data";
import { findPart, type TrainedPart, trainedParts } from "../../src/parts";
import type { RunRecord } from "../../src/runs/record";
import { dataOf } from "../notebooks/data";
import { join as joined, type RunNote, readGenerated } from "../notebooks/notebook";
import { recordReader } from "../notebooks/records";
import { readLive } from "./live";

/** A network within a live output of a notebook, and so of its page. */
export interface CarriedNetwork {
  readonly part: TrainedPart;
  /** The notebook that shows it. */
  readonly notebook: string;
  readonly network: PackedNetwork;
  /** The record of the run that trained it; undefined where there is none. */
  readonly record: RunRecord | undefined;
}

/** All networks that the notebooks of a folder carry. */
export function carriedNetworks(folder: string, notebooks: readonly string[]): CarriedNetwork[] {
  return notebooks.flatMap((notebook) => {
    const read = readGenerated(join(folder, `${notebook}.ipynb`));
    const run: RunNote | undefined = read?.metadata.deepnets?.run;
    const { records } = recordReader(run?.profile ?? "full");
    return (read?.cells ?? [])
      .flatMap(({ outputs = [] }) => outputs)
      .filter(({ data }) => data?.[liveMime] !== undefined)
      .flatMap(({ data }) => networksIn(joined(data!["text/html"] as string | readonly string[])))
      .map(({ part, network }) => ({
        ...{ part, notebook, network },
        record: records(part.id).find(({ record }) => record.seed === (run?.seed ?? 1))?.record,
      }));
  });
}

function networksIn(html: string): { readonly part: TrainedPart; readonly network: PackedNetwork }[] {
  const { envelope } = readLive(html) ?? {};
  if (envelope?.widget === "digits")
    return (envelope.data as DigitsData).models.flatMap(({ part: id, network }) => {
      const part = findPart(id) as TrainedPart | undefined;
      return part?.sheet && network ? [{ part, network }] : [];
    });
  const adder = trainedParts.find(({ sheet }) => sheet.data === "series")!;
  return envelope?.widget === "series" ? [{ part: adder, network: (envelope.data as SeriesData).network }] : [];
}

/** A carried network with its accuracy. */
export interface MeasuredNetwork extends CarriedNetwork {
  /** Accuracy on the test examples, in [0, 1]; undefined where it cannot be measured. */
  readonly accuracy?: number;
  /** How it differs from the record, or why it was not measured. */
  readonly wrong?: string;
}

/** What packing may cost at most, as in `live.digits`, and two examples more for another machine's ties. */
const mostMoved = (examples: number) => 0.001 + 2 / examples;

/** Unpacks a network as a page does, classifies the test examples, and compares the accuracy with the record. */
export async function measureCarried(carried: CarriedNetwork): Promise<MeasuredNetwork> {
  const { part, network, record } = carried;
  if (!record?.final)
    return { ...carried, wrong: `there is no record of ${part.id} to compare the network on its page with` };
  const { unpack } = await import("../../src/live/packed");
  const { modelOf } = await import("../../src/notebook/live/model-of");
  const { assess } = await import("../../src/training");
  const unpacked = await unpack(network).catch(() => undefined);
  if (!unpacked) return { ...carried, wrong: `the network of ${part.id} on its page is damaged` };
  const data = await dataOf(part, record);
  const model = modelOf(unpacked, data.shape);
  try {
    const { accuracy } = await assess(model, data.test);
    const recorded = record.final.test.accuracy;
    if (Math.abs(accuracy - recorded) <= mostMoved(data.test.size)) return { ...carried, accuracy };
    const wrong =
      `the network of ${part.id} on its page classifies ${percent(accuracy)} of the test examples, where the record ` +
      `says ${percent(recorded)}`;
    return { ...carried, accuracy, wrong };
  } finally {
    model.dispose();
  }
}

/** A network in one line: its size, and its accuracy beside that in its record. */
export function formatCarried({ part, notebook, network, accuracy, record, wrong }: MeasuredNetwork): string {
  const weights = network.tensors.reduce((sum, { size }) => sum + size, 0);
  const megabytes = (network.bytes.length / 1e6).toFixed(2);
  const about = `${part.id} on ${notebook}.html: ${count(weights)} weights in ${megabytes} MB`;
  const found = accuracy === undefined ? wrong : `${percent(accuracy)} of the test examples`;
  const beside =
    accuracy === undefined || !record?.final ? "" : `, ${percent(record.final.test.accuracy)} in its record (float32)`;
  return `${about}; ${found}${beside}`;
}
