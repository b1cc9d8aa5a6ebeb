import { type AdamSettings, adam } from "./adam";
import { type MomentumSettings, momentum } from "./momentum";
import type { Optimizer, OptimizerKind, Setting } from "./optimizer";
import { type RmsPropSettings, rmsprop } from "./rmsprop";
import { type SgdSettings, sgd } from "./sgd";

export type { Optimizer, Setting } from "./optimizer";
export type { AdamSettings, MomentumSettings, RmsPropSettings, SgdSettings };

/** The optimizer as a cell spells it out: its name, its learning rate, and the constants that it has. */
export type OptimizerSettings = SgdSettings | MomentumSettings | RmsPropSettings | AdamSettings;

// A new optimizer is one file beside these, and one line here and in the type above.
const kinds: { readonly [S in OptimizerSettings as S["name"]]: OptimizerKind<S> } = { sgd, momentum, rmsprop, adam };

/** Names of all optimizers. */
export const optimizerNames = Object.keys(kinds) as readonly OptimizerSettings["name"][];

/** Every setting that some optimizer has, beside its name; settings of one name take the same values everywhere. */
export const optimizerSettings: Readonly<Record<string, Setting["takes"]>> = Object.fromEntries(
  Object.values(kinds).flatMap(({ settings }) => Object.entries(settings).map(([name, { takes }]) => [name, takes])),
);

/** Whether an optimizer has a setting of this name; `name` itself is one. */
export const hasSetting = (optimizer: unknown, setting: string): boolean =>
  setting === "name" || (isName(optimizer) && setting in kinds[optimizer].settings);

const isName = (name: unknown): name is OptimizerSettings["name"] =>
  typeof name === "string" && Object.hasOwn(kinds, name);

/** What a value of a setting must be, in words, and whether one is. */
export const settingRules: Readonly<
  Record<Setting["takes"], { readonly rule: string; fits(value: unknown): boolean }>
> = {
  positive: { rule: "above 0", fits: (value) => typeof value === "number" && value > 0 && value < Infinity },
  fraction: { rule: "in [0, 1)", fits: (value) => typeof value === "number" && value >= 0 && value < 1 },
  switch: { rule: "true or false", fits: (value) => typeof value === "boolean" },
};

/**
 * Checks an optimizer's settings and fills in what a cell left out.
 *
 * @param settings As a cell gives them.
 * @param where Named in messages: the part, or who asks.
 * @returns All settings of this optimizer, in the cell's order, then the defaults.
 * @throws When the name is unknown, when a value makes no sense, or when a setting is none of this optimizer.
 */
export function completeOptimizer(settings: OptimizerSettings, where: string): Required<OptimizerSettings> {
  const given = settings as unknown as Readonly<Record<string, unknown>>;
  if (!isName(settings.name))
    throw new Error(
      `Expected optimizer.name to be one of ${optimizerNames.join(", ")} but found ${String(given.name)} ` +
        `(${where}): choose one of them.`,
    );
  for (const [name, value] of Object.entries(given)) {
    if (hasSetting(settings.name, name) || value === undefined) continue;
    const having = optimizerNames.filter((other) => hasSetting(other, name));
    const wayOut = having.length === 0 ? "correct its name" : `leave it out or choose ${having.join(" or ")}`;
    throw new Error(
      `Expected no optimizer.${name} but found ${String(value)} (${where}): ${settings.name} has none; ${wayOut}.`,
    );
  }
  const complete: Record<string, unknown> = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  );
  for (const [name, setting] of Object.entries<Setting>(kinds[settings.name].settings)) {
    const value = complete[name] ?? setting.default;
    const { rule, fits } = settingRules[setting.takes];
    if (!fits(value))
      throw new Error(`Expected optimizer.${name} to be ${rule} but found ${String(value)} (${where}): correct it.`);
    complete[name] = value;
  }
  return complete as unknown as Required<OptimizerSettings>;
}

/** Makes the optimizer that the settings ask for; throws where they make no sense. */
export function makeOptimizer(settings: OptimizerSettings, where = `optimizer "${settings.name}"`): Optimizer {
  const complete = completeOptimizer(settings, where);
  return (kinds[complete.name] as OptimizerKind<OptimizerSettings>).make(complete);
}
