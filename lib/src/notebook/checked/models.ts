import { isObject } from "../../base/is-object";
import { type OptionNames, refuseUnknown, requireValue } from "../../base/options";
import * as plain from "../../models/factories";
import { factoryNames } from "../../models/factory-names";
import { strict } from "./strict";

export type { CnnOptions, LinearOptions, LstmOptions, MlpOptions } from "../../models/factories";

const network = { outputs: true, weights: true, threshold: true, seed: true } as const;

export const linear = factory("linear", plain.linear, {
  inputs: true,
  outputs: true,
  weights: true,
  threshold: true,
} satisfies OptionNames<plain.LinearOptions>);

export const mlp = factory("mlp", plain.mlp, {
  ...network,
  inputs: true,
  hidden: true,
  dropout: true,
} satisfies OptionNames<plain.MlpOptions>);

export const cnn = factory("cnn", plain.cnn, {
  ...network,
  image: true,
  maps: true,
  kernel: true,
  pool: true,
  dropout: true,
} satisfies OptionNames<plain.CnnOptions>);

export const lstm = factory("lstm", plain.lstm, {
  length: true,
  features: true,
  units: true,
  forgetBias: true,
  inputBias: true,
  outputBias: true,
  readout: true,
  weights: true,
  seed: true,
} satisfies OptionNames<plain.LstmOptions>);

type Options = Readonly<Record<string, unknown>>;

function factory<F extends (...values: never[]) => unknown>(
  name: string,
  make: F,
  names: Readonly<Record<string, true>>,
): F {
  const checked = strict(make as unknown as (options?: Options) => unknown, names, {
    name: `models.${name}`,
    check: ({ weights, ...others }) => {
      // NaN in an option would make weights of NaN, and nobody would see it before the first loss.
      for (const [option, value] of Object.entries(others))
        requireValue(option, value, { text: "a number, or numbers", fits: [value].flat().every(Number.isFinite) });
      if (isObject(weights)) checkSpread(name, weights);
    },
  });
  factoryNames.set(checked, name);
  return checked as unknown as F;
}

function checkSpread(name: string, weights: Readonly<Record<string, unknown>>): void {
  refuseUnknown(`weights of models.${name}`, weights, { stddev: true });
  const { stddev = null } = weights;
  requireValue("stddev", stddev, { text: "a number from 0 on", fits: Number.isFinite(stddev) && Number(stddev) >= 0 });
}
