import { isObject } from "../../src/base/is-object";
import { count, percent, textTable } from "../../src/base/text";
import type { Part } from "../../src/parts";
import type { RunRecord } from "../../src/runs/record";
import { quickNotice, type RunNote } from "./notebook";

/** What became of one notebook. */
export interface PartReport {
  readonly part: string;
  readonly notebook: string;
  readonly title: string;
  readonly status: "finished" | "failed" | "not run";
  /** Seconds that the notebook took. */
  readonly seconds: number;
  /** Why it failed or was not run: one sentence. */
  readonly error?: string | undefined;
  readonly seed: number;
  /** From the part's run record; absent where the notebook trains no model of the sheet. */
  readonly iterations?: number;
  /** Final accuracies, in [0, 1]. */
  readonly train?: number;
  readonly test?: number;
  readonly parameters?: number;
  /** Minutes of training and evaluation. */
  readonly minutes?: number;
}

/** `report.json`: the hand-in in numbers. */
export interface Report {
  readonly format: 1;
  readonly profile: "full" | "quick";
  /** What every page of a quick hand-in says. */
  readonly notice?: string | undefined;
  readonly finished: string;
  readonly parts: readonly PartReport[];
}

/** The report of a hand-in that ends now. */
export function makeReport(profile: "full" | "quick", parts: readonly PartReport[]): Report {
  return {
    format: 1,
    profile,
    notice: profile === "quick" ? quickNotice : undefined,
    finished: new Date().toISOString(),
    parts,
  };
}

/** A report from the text of its file; undefined where the text is no report. */
export function parseReport(text: string): Report | undefined {
  let value: Partial<Report> | null;
  try {
    value = JSON.parse(text) as typeof value;
  } catch {
    return undefined; // half of one
  }
  if (!isObject(value) || value.format !== 1 || !Array.isArray(value.parts)) return undefined;
  const known = value.profile === "full" || value.profile === "quick";
  return known && value.parts.every(isPartReport) ? (value as Report) : undefined;
}

function isPartReport(value: unknown): value is PartReport {
  const { part, status, seconds, seed } = (value ?? {}) as Partial<PartReport>;
  return (
    typeof part === "string" && typeof status === "string" && Number.isFinite(seconds) && Number.isSafeInteger(seed)
  );
}

type Result = Pick<PartReport, "status" | "seconds" | "error" | "seed">;

/** What became of one notebook: how its run ended and, for a finished part that trains, what its record says. */
export function reportPart(part: Part, outcome: Result, record: RunRecord | undefined): PartReport {
  const { id, notebook, title } = part;
  const base = { part: id, notebook, title, ...outcome };
  if (outcome.status !== "finished" || !record?.final) return base;
  const { final, config, model, minutes } = record;
  return {
    ...base,
    iterations: config.iterations,
    train: final.train.accuracy,
    test: final.test.accuracy,
    parameters: model.parameters,
    minutes: minutes.training + minutes.evaluation,
  };
}

/** What became of one notebook, from the note of its run and the part's records. */
export function reportOfNote(
  part: Part,
  note: RunNote | undefined,
  records: readonly { readonly record: RunRecord }[],
): PartReport {
  const { seed, seconds } = note ?? { seed: 1, seconds: 0 };
  const status = note?.status === "finished" || note?.status === "failed" ? note.status : "not run";
  return reportPart(part, { status, seconds, seed }, records.find(({ record }) => record.seed === seed)?.record);
}

/** The table at the end of a hand-in. */
export function formatTable({ parts }: Pick<Report, "parts">): string {
  const rows = parts.map(({ part, status, iterations, train, test, seconds }) => [
    part,
    iterations === undefined ? "" : count(iterations),
    train === undefined ? "" : percent(train, 1),
    test === undefined ? "" : percent(test, 1),
    (seconds / 60).toFixed(1),
    status === "finished" ? "" : status,
  ]);
  const table = [["part", "iterations", "train", "test", "minutes", ""], ...rows];
  return textTable(table, { right: (column) => column > 0 && column < 5 });
}
