import { createHash } from "node:crypto";
export function overridesOf(set: string): Record<string, number | string> {
  return Object.fromEntries(set.split(",").filter(Boolean).map((pair) => pair.split("=") as [string, string]));
}
export function runName({ profile, seed, overrides }: { profile: string; seed: number; overrides: Record<string, number | string> }): string {
  const entries = Object.entries(overrides).sort();
  return `${profile}-s${seed}${entries.length ? `-${createHash("sha256").update(JSON.stringify(entries)).digest("hex").slice(0, 8)}` : ""}`;
}
