import { escapeHtml } from "../base/text";
import type { RunRecord } from "../runs/record";
import type { Bundle } from "./kernel";
import { sketchImage } from "./sketch";
import { summary } from "./summary";

/** Whether a value is what `train` returns. */
export function isRun(value: unknown): value is { readonly record: RunRecord; readonly folder: string } {
  const { record, folder } = (value ?? {}) as { record?: Partial<RunRecord>; folder?: unknown };
  return typeof folder === "string" && record?.format === 1 && Array.isArray(record.testAccuracy);
}

/** A run in one line, with its curve. */
export function representRun({ record }: { readonly record: RunRecord }): Bundle {
  const text = `${record.part}: ${summary(record)}`;
  return { "text/html": `<div><p>${escapeHtml(text)}</p>\n${sketchImage(record)}</div>`, "text/plain": text };
}
