import { escapeHtml, percent, plural } from "../base/text";
import { type Grid, gridHtml, gridText } from "./grid";
import { html } from "./html";
import { show } from "./show";

/** A statement about a number, and the bound that makes it true. */
export interface Claim {
  /**
   * What the number is, in a reader's words: `"Test accuracy"`. The bound makes it a sentence: "... is above 97.50 %".
   */
  readonly text: string;
  readonly value: number;
  /** The claim holds only if `value` is larger than this. A claim has at least one of the three bounds. */
  readonly above?: number;
  /** The claim holds only if `value` is smaller than this. */
  readonly below?: number;
  /** The claim holds only if `value` is exactly this. */
  readonly equals?: number;
  /** Writes value and bounds as per cent. */
  readonly percent?: boolean;
  /** Whether it must hold after a quick run too: an identity, not a result of long training. Default false. */
  readonly always?: boolean;
}

/**
 * Shows statements with their numbers, folded up under one line. If one does not hold, the cell ends with an error: the
 * notebook stops where its prose is wrong. A quick run is too short for claims about results; they are then shown as
 * "not asserted in a quick run".
 *
 * @param run What `parameters` returned, or a record: says whether the run is quick.
 * @param list The claims.
 * @throws When a claim does not hold, with all numbers; when a claim has no bound.
 * @example
 * claims({ profile: "full" }, [
 *   { text: "Test accuracy", value: 0.984, above: 0.975, percent: true },
 *   { text: "Largest difference by hand", value: 3e-8, below: 1e-6, always: true },
 * ]);
 */
export function claims(run: { readonly profile: "full" | "quick" }, list: readonly Claim[]): void {
  const judged = list.map((claim) => ({ claim, verdict: verdict(claim, run.profile) }));
  const failed = judged.filter(({ verdict }) => verdict === "no");
  const grid: Grid = {
    columns: ["statement", "measured", "holds"],
    rows: judged.map(({ claim, verdict }) => ({
      statement: `${claim.text} is ${bounds(claim)}`,
      measured: written(claim, claim.value),
      holds: verdict,
    })),
  };
  const line = `${plural(list.length, "statement")} of this notebook, checked on its numbers: ${
    failed.length > 0
      ? `${failed.length} not true`
      : run.profile === "quick"
        ? "as far as a quick run goes"
        : "all true"
  }`;
  show(
    html(
      `<details${failed.length > 0 ? " open" : ""}><summary>${escapeHtml(line)}</summary>${gridHtml(grid)}</details>`,
      { text: `${line}\n${gridText(grid)}` },
    ),
  );
  const broken = failed.map(
    ({ claim }) => `${claim.text}: expected ${bounds(claim)} but found ${written(claim, claim.value)}`,
  );
  if (broken.length > 0)
    throw new Error(
      `${broken.join("; ")}. The text of this notebook says otherwise: find out why before you change either.`,
    );
}

function verdict(claim: Claim, profile: "full" | "quick"): "yes" | "no" | "not asserted in a quick run" {
  if (claim.above === undefined && claim.below === undefined && claim.equals === undefined)
    throw new Error(`Expected a bound but found none (claim "${claim.text}"): give above, below or equals.`);
  if (profile === "quick" && !claim.always) return "not asserted in a quick run";
  // Written so that NaN fails.
  const between = claim.value > (claim.above ?? -Infinity) && claim.value < (claim.below ?? Infinity);
  return between && (claim.equals === undefined || claim.value === claim.equals) ? "yes" : "no";
}

function bounds(claim: Claim): string {
  const parts: string[] = [];
  if (claim.above !== undefined) parts.push(`above ${written(claim, claim.above)}`);
  if (claim.below !== undefined) parts.push(`below ${written(claim, claim.below)}`);
  if (claim.equals !== undefined) parts.push(`exactly ${written(claim, claim.equals)}`);
  return parts.join(" and ");
}

function written(claim: Claim, value: number): string {
  if (claim.percent) return percent(value);
  return Number.isInteger(value) ? value.toLocaleString("en-US") : value.toPrecision(3);
}
