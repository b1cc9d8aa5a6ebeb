import { isObject } from "./is-object";

/** The names of all options of a type; the compiler makes sure that none is missing. */
export type OptionNames<T> = Readonly<Record<keyof T, true>>;

/**
 * Refuses options under a name that nobody reads. A cell's compiler finds most of them, but not those of a variable, a
 * cast or JavaScript.
 *
 * @param what Whose options they are, for the message.
 * @param options As the caller gave them.
 * @param names What they may hold.
 * @throws When they are not an object, or hold another name.
 */
export function refuseUnknown(what: string, options: unknown, names: Readonly<Record<string, unknown>>): void {
  const known = Object.keys(names).join(", ");
  if (!isObject(options))
    throw new Error(`Expected ${what} in an object (${known}) but found ${shown(options)}: write { name: value }.`);
  for (const [name, value] of Object.entries(options))
    if (value !== undefined && !Object.hasOwn(names, name))
      throw new Error(
        `Expected ${what} to be among ${known} but found "${name}": correct its name, or leave it out, for it would ` +
          "have no effect.",
      );
}

/**
 * Refuses a value, where one is given, that does not fit its rule.
 *
 * @throws Error Naming the rule and the value.
 */
export function requireValue(name: string, value: unknown, rule: { readonly text: string; readonly fits: boolean }) {
  if (value !== undefined && !rule.fits)
    throw new Error(`Expected ${name} to be ${rule.text} but found ${shown(value)}: correct it.`);
}

/**
 * Refuses a value, where one is given, that is not a whole number from `from` on.
 *
 * @throws Error Naming the value.
 */
export const requireWhole = (name: string, value: unknown, from: 0 | 1 = 1): void =>
  requireValue(name, value, {
    text: `a whole number from ${from} on`,
    fits: Number.isSafeInteger(value) && Number(value) >= from,
  });

/** A value as a message names it. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return isShort(value) ? `[${value.map(shown).join(", ")}]` : "a list";
  if (value instanceof Promise) return "a promise";
  if (typeof value === "function") return "a function";
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name}`;
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

const isShort = (list: readonly unknown[]): boolean =>
  list.length <= 4 && list.every((one) => typeof one !== "object" && typeof one !== "function");
