import type { Figure } from "../../lib/src/figures";

/**
 * A figure's spec as a snapshot keeps it: numbers rounded to three digits, long lists and pictures as their ends, size
 * and sum; one line per trace and layout key.
 */
export function spec(figure: Figure): string {
  const { data, layout } = JSON.parse(JSON.stringify(figure));
  const lines = [...data.map((trace: unknown) => ["trace", trace]), ...Object.entries(layout)];
  return lines.map(([name, value]) => `${name}: ${JSON.stringify(shorten(value))}`).join("\n");
}

function shorten(value: unknown): unknown {
  if (typeof value === "number") return round(value);
  if (Array.isArray(value))
    return value.length > 12 && value.every((item) => item === null || typeof item === "number")
      ? summary(value as number[])
      : value.map(shorten);
  if (typeof value !== "object" || value === null) return value;
  const { bdata, ...rest } = value as Record<string, unknown>;
  const entries = Object.entries(rest).map(([key, item]) => [key, shorten(item)] as const);
  return {
    ...Object.fromEntries(entries),
    ...(typeof bdata === "string" ? { bdata: summary([...Buffer.from(bdata, "base64")]) } : {}),
  };
}

function summary(values: readonly number[]): string {
  const sum = values.reduce((total, value) => total + (value ?? 0), 0);
  return `${values.length} numbers: ${round(values[0]!)} ... ${round(values.at(-1)!)}, sum ${round(sum)}`;
}

const round = (value: number): number => Number(value.toPrecision(3));
