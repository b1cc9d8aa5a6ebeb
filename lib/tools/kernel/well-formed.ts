import { toUSVString } from "node:util";

/**
 * A message's content in which each text is well-formed Unicode. Half of a character, as `"😀".slice(0, 1)` leaves it,
 * becomes the replacement character: Python, which reads the messages, can neither print nor save half a character.
 */
export function wellFormed<T>(value: T): T {
  return isWellFormed(value) ? value : (mended(value) as T);
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === "string") return toUSVString(value) === value;
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return true;
  if (Array.isArray(value)) return value.every(isWellFormed);
  return Object.entries(value).every(([key, one]) => toUSVString(key) === key && isWellFormed(one));
}

function mended(value: unknown): unknown {
  if (typeof value === "string") return toUSVString(value);
  if (typeof value !== "object" || value === null || "toJSON" in value) return value;
  if (Array.isArray(value)) return value.map(mended);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [toUSVString(key), mended(one)]));
}
