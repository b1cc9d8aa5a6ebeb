import { optimizerNames, optimizerSettings, settingRules } from "../graph/optimizers";
import { variantNames } from "../parts";

/** What a value must be: a whole number, a number by a rule, or one of some words. */
type Kind = "whole" | "positive" | "fraction" | readonly string[];

/** Names that `DEEPNETS_SET` can change, with what each takes. A name below `optimizer.` may be written without it. */
const names: Readonly<Record<string, Kind>> = {
  batchSize: "whole",
  iterations: "whole",
  epochs: "whole",
  evalEvery: "whole",
  precision: ["float32", "bfloat16"],
  mode: ["graph", "eager"],
  variant: variantNames,
  "optimizer.name": optimizerNames,
  ...Object.fromEntries(
    Object.entries(optimizerSettings).map(([name, takes]) => [
      `optimizer.${name}`,
      takes === "switch" ? ["true", "false"] : takes,
    ]),
  ),
};

/**
 * Reads `DEEPNETS_SET`, the settings that a sweep changes: `"learningRate=0.0005,batchSize=50"`.
 *
 * @param text Pairs NAME=VALUE with commas between them; empty for none.
 * @returns The values by full name, as a run's record keeps them.
 * @throws When a pair is malformed, a name is unknown or given twice, or a value is not one that the name takes.
 * @example
 * parseOverrides("learningRate=0.0005,batchSize=50"); // { "optimizer.learningRate": 0.0005, batchSize: 50 }
 */
export function parseOverrides(text: string): Record<string, number | string> {
  const overrides: Record<string, number | string> = {};
  for (const pair of text.split(",").map((word) => word.trim())) {
    if (pair === "" && text.trim() === "") continue;
    const [, given, value] = /^([A-Za-z][\w.]*)\s*=\s*(\S+)$/.exec(pair) ?? [];
    if (given === undefined || value === undefined) {
      throw new Error(
        `Expected NAME=VALUE pairs with commas between them but found "${pair}" in DEEPNETS_SET="${text}": write ` +
          "for example learningRate=0.0005,batchSize=50.",
      );
    }
    const name = given in names ? given : `optimizer.${given}`;
    const kind = Object.hasOwn(names, name) ? names[name] : undefined;
    if (kind === undefined)
      throw new Error(
        `Expected one of ${Object.keys(names).join(", ")} but found "${given}" (DEEPNETS_SET): correct the name.`,
      );
    if (Object.hasOwn(overrides, name))
      throw new Error(`Expected ${name} once but found it twice in DEEPNETS_SET="${text}": leave one out.`);
    overrides[name] = parseValue(name, value, kind);
  }
  return overrides;
}

function parseValue(name: string, text: string, kind: Kind): number | string {
  if (typeof kind !== "string") {
    if (kind.includes(text)) return text;
    throw new Error(`Expected ${name} to be ${kind.join(" or ")} but found "${text}" (DEEPNETS_SET): choose one.`);
  }
  const value = Number(text);
  const rule = kind === "whole" ? "a whole number from 1 on" : `a number ${settingRules[kind].rule}`;
  const right = kind === "whole" ? Number.isSafeInteger(value) && value >= 1 : settingRules[kind].fits(value);
  if (!right) throw new Error(`Expected ${name} to be ${rule} but found "${text}" (DEEPNETS_SET): correct the value.`);
  return value;
}
