import { isObject } from "../../base/is-object";
import * as plainClaims from "../claims";
import { html as plainHtml } from "../html";
import { show as plainShow } from "../show";
import { table as plainTable } from "../table";
import { tensorboard as plainTensorboard } from "../tensorboard";
import { filled, flag, list, listOf, needed, number, oneOf, rule, text } from "./rules";
import { profile, someRuns } from "./runs";
import { strict } from "./strict";

export const show = strict(plainShow, { caption: text }, { name: "show", at: 1 });

export const table = strict(
  plainTable,
  { caption: text },
  { name: "table", at: 1, given: { rows: needed(list("rows", rule("an object of values by column", isRow))) } },
);

export const html = strict(plainHtml, { text }, { name: "html", at: 1, given: { source: needed(text) } });

const claimList = filled(
  listOf<plainClaims.Claim>("claims", {
    text: needed(text),
    // NaN is measured, and fails.
    value: needed(rule("a number", (value) => typeof value === "number")),
    above: number,
    below: number,
    equals: number,
    percent: flag,
    always: flag,
  }),
);

export const claims: typeof plainClaims.claims = (run, list) => {
  profile(run?.profile ?? null, { path: "profile", of: "claims" });
  claimList(list, { path: "claims", of: "claims" });
  plainClaims.claims(run, list);
};

export const tensorboard = strict(
  plainTensorboard,
  { tag: oneOf("accuracy", "loss"), split: oneOf("train", "test") },
  { name: "tensorboard", at: 1, given: { runs: someRuns } },
);

function isRow(value: unknown): boolean {
  return isObject(value) || Array.isArray(value);
}
