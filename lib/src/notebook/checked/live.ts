import { isObject } from "../../base/is-object";
import * as plain from "../live";
import { needed, number, numbers, rule, whole } from "./rules";
import { overrides, profile } from "./runs";
import { strict } from "./strict";

// What a cell sees as `live`.

export * from "../live";

export const digits = strict(
  plain.digits,
  { seed: whole(0), mnist: needed(rule("what loadMnist gives", isObject)) },
  { name: "live.digits", required: true },
);

export const kernel = strict(plain.kernel, { image: numbers }, { name: "live.kernel" });

export const series = strict(
  plain.series,
  {
    series: needed(rule("what drawSeries gives", isObject)),
    threshold: number,
    border: number,
    profile,
    seed: whole(0),
    overrides,
  },
  { name: "live.series", required: true },
);
