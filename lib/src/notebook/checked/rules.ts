import { refuseUnknown, requireValue, requireWhole } from "../../base/options";

/** Where a value stands, for the message: `curves[1].y` of `figures.curves`. */
export interface Place {
  readonly path: string;
  readonly of: string;
}

/** Looks at a value, and throws where it cannot be meant. A value that is left out is none of its business. */
export type Check = (value: unknown, place: Place) => void;

/** A check of a value that must not be left out. */
export type Needed = Check & { readonly needed: true };

type IsOptional<T, Name extends keyof T> = Record<never, never> extends Pick<T, Name> ? true : false;

/**
 * A check for each option of a type; the compiler asks for every name, and for `needed` where there is no default.
 * `true` leaves the value to the function itself.
 */
export type Rules<T> = {
  readonly [Name in keyof T]-?: (IsOptional<T, Name> extends true ? Check : Needed) | true;
};

/** A check by one rule, in words and as code. */
export const rule =
  (text: string, fits: (value: unknown) => boolean): Check =>
  (value, place) =>
    requireValue(named(place), value, { text, fits: value === undefined || fits(value) });

/** The same check, of a value that must be given. */
export const needed = (check: Check): Needed =>
  Object.assign(
    (value: unknown, place: Place) => {
      if (value === undefined) throw new Error(`Expected ${named(place)} but found none: give it.`);
      check(value, place);
    },
    { needed: true as const },
  );

/** A text, which may be empty. */
export const text = rule("a text", (value) => typeof value === "string");
/** True or false. */
export const flag = rule("true or false", (value) => typeof value === "boolean");
/** A finite number. */
export const number = rule("a number", Number.isFinite);
/** A number above 0. */
export const positive = rule("a number above 0", (value) => Number.isFinite(value) && Number(value) > 0);
/** A number from 0 to 1. */
export const fraction = rule(
  "a number from 0 to 1",
  (value) => Number.isFinite(value) && Number(value) >= 0 && Number(value) <= 1,
);
/** The two ends of an axis or a scale. */
export const range = rule("two numbers, the smaller first", isRange);
/** A colour as CSS writes it. */
export const color = rule("a colour, such as #003f7a", (value) => typeof value === "string" && cssColor.test(value));

/** Of a colour that gets an opacity of its own. */
export const hexColor = rule(
  "a colour of six hexadecimal digits, such as #003f7a",
  (value) => typeof value === "string" && /^#[0-9a-f]{6}$/i.test(value),
);

/** A whole number from 0 or from 1 on. */
export const whole =
  (from: 0 | 1): Check =>
  (value, place) =>
    requireWhole(named(place), value, from);

/** One of some words. */
export const oneOf = (...words: readonly string[]): Check =>
  rule(words.map((word) => `"${word}"`).join(" or "), (value) => words.includes(value as string));

/** So many whole numbers from 1 on. */
export const shape = (size: number): Check =>
  rule(
    `${size} whole numbers from 1 on`,
    (value) => isList(value) && value.length === size && Array.from(value).every((one) => isWhole(one) && one > 0),
  );

/** A list of which each value passes a check. */
export const list =
  (of: string, check: Check): Check =>
  (value, place) => {
    if (value === undefined) return;
    const values = listed(value, { of, place });
    Array.from(values).forEach((one, i) => needed(check)(one, { ...place, path: `${place.path}[${i}]` }));
  };

/** A list of numbers; NaN leaves a hole. */
export const numbers: Check = (value, place) => {
  if (value === undefined) return;
  const values = listed(value, { of: "numbers", place });
  // A loop, and no copy: these may be all images of MNIST.
  for (let i = 0; i < values.length; i++)
    if (typeof values[i] !== "number")
      requireValue(named({ ...place, path: `${place.path}[${i}]` }), values[i] ?? null, {
        text: "a number",
        fits: false,
      });
};

/** The same list, with something in it. */
export const filled = (check: Check): Needed =>
  needed((value, place) => {
    check(value, place);
    if ((value as ArrayLike<unknown>).length === 0)
      throw new Error(`Expected something in ${named(place)} but found an empty list: give at least one.`);
  });

/** Numbers of which at least one can be drawn. */
export const drawable: Check = (value, place) => {
  numbers(value, place);
  if (value !== undefined && !Array.from(value as ArrayLike<number>).some(Number.isFinite))
    throw new Error(`Expected a finite number in ${named(place)} but found none: there is nothing to draw.`);
};

/** A list of texts. */
export const texts = list("texts", text);

/** An object with these fields and no other. */
export const fields =
  <T>(rules: Rules<T>): Check =>
  (value, place) => {
    if (value === undefined) return;
    refuseUnknown(`fields of ${named(place)}`, value, rules);
    checkValues(value, { rules, place });
  };

/** A list of such objects. */
export const listOf = <T>(of: string, rules: Rules<T>): Check => list(of, fields(rules));

/** Throws where a value of an object does not pass its check. */
export function checkValues<T>(
  object: unknown,
  { rules, place: { path, of } }: { readonly rules: Rules<T>; readonly place: Place },
): void {
  const values = object as Readonly<Record<string, unknown>>;
  for (const [name, check] of Object.entries<Check | true>(rules))
    if (check !== true) check(values[name], { path: path === "" ? name : `${path}.${name}`, of });
}

/** Throws unless a value is as long as another one that belongs to it. */
export function sameLength(
  one: ArrayLike<unknown> | undefined,
  other: ArrayLike<unknown> | number,
  words: Lengths,
): void {
  const wanted = typeof other === "number" ? other : other.length;
  if (one !== undefined && one.length !== wanted)
    throw new Error(
      `Expected ${words.one} of ${words.of} to be as long as ${words.other}, ${wanted}, but found ${one.length}: give ` +
        "one value for each.",
    );
}

interface Lengths {
  readonly one: string;
  readonly other: string;
  readonly of: string;
}

const named = ({ path, of }: Place): string => `${path} of ${of}`;

const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));

function listed(value: unknown, { of, place }: { readonly of: string; readonly place: Place }): ArrayLike<unknown> {
  requireValue(named(place), value, { text: `a list of ${of}`, fits: isList(value) });
  return value as ArrayLike<unknown>;
}

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);

/** Whether a value is two numbers, the smaller first. */
export function isRange(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [from, to] = value as readonly unknown[];
  return Number.isFinite(from) && Number.isFinite(to) && Number(from) < Number(to);
}

const cssColor = /^(#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})|[a-z]+|(rgb|hsl)a?\([^()]*\))$/i;
