import { itemAt } from "../../src/base/item-at";
import { count, escapeHtml, meanPercent, percent } from "../../src/base/text";
import type { Part } from "../../src/parts";
import { finalExamples } from "../../src/runs/first-examples";
import type { RunRecord } from "../../src/runs/record";
import { spread } from "../../src/runs/spread";
import type { StoredRecord } from "../notebooks/records";
import type { Highlights } from "./highlights";
import { banner, document } from "./page";

/** A student as the index page names them. */
export interface Author {
  readonly name: string;
  readonly matriculation?: string | undefined;
}

/** One part on the index page. */
export interface Entry {
  readonly part: Part;
  /** Whether its page lies beside the index. */
  readonly exported: boolean;
  /** Finished records with the sheet's settings, by seed; the hand-in's own seed first. */
  readonly records: readonly StoredRecord[];
  readonly highlights: Highlights;
}

/** What `indexPage` takes besides the parts. */
export interface IndexOptions {
  readonly authors?: readonly Author[];
  readonly notice?: string | undefined;
}

const title = "Deep networks: convolutional and recurrent architectures";

/** The page that a tutor opens first: who hands in, what was found, and what each part reached. */
export function indexPage(entries: readonly Entry[], { authors = [], notice }: IndexOptions): string {
  const shown = entries.filter(({ exported }) => exported);
  const missing = entries.filter(({ exported }) => !exported);
  const people = authors.map(
    ({ name, matriculation }) =>
      `<li data-author>${escapeHtml(name)}${matriculation ? ` (${escapeHtml(matriculation)})` : ""}</li>`,
  );
  const parts = [
    notice ? `<header>${banner(notice)}</header>` : "",
    '<div class="layout single"><main id="content">',
    `<h1>${title}</h1>`,
    people.length > 0 ? `<h2>Handed in by</h2><ul class="authors">${people.join("")}</ul>` : "",
    shown.length > 0 ? "<h2>What was found</h2>" : "",
    ...shown.filter(({ part }) => part.needs.length > 0).map(comparison),
    ...shown.map(liveLink),
    shown.length > 0 ? `<ul class="cards">${shown.map(card).join("\n")}</ul>` : "",
    missing.length > 0
      ? `<p>Not in this folder: ${missing.map(({ part }) => escapeHtml(nameOf(part))).join(", ")}.</p>`
      : "",
    "<h2>Parts</h2>",
    table(shown),
    `<p>Accuracies are those after the last iteration, on ${measuredOn(shown)} and all test examples. Each page opens ` +
      "without a network.</p>",
    ...shown
      .filter(({ part }) => part.sheet?.metric === "balanced accuracy")
      .flatMap(({ part, records }) => records.slice(0, 1).map(({ record }) => imbalance(part, record))),
    "</main></div>",
  ];
  return document(title, { parts });
}

/** Which training examples the ends of these runs were measured on. */
function measuredOn(entries: readonly Entry[]): string {
  const quick = entries.flatMap(({ records }) => records).find(({ record }) => record.profile === "quick");
  const first = quick && finalExamples(quick.record);
  return first === undefined ? "all training" : `the first ${count(first)} training`;
}

const nameOf = ({ label, title: of }: Part): string => `${label} ${of}`;
const pageOf = ({ notebook }: Part): string => `${escapeHtml(notebook)}.html`;

/** The figure of the part that compares the others, large, with its answer. */
function comparison({ part, highlights: { answer, figure } }: Entry): string {
  if (!figure) return "";
  const caption = answer ? `<figcaption>${escapeHtml(answer)}</figcaption>` : "";
  return (
    `<figure class="lead"><a href="${pageOf(part)}"><img src="${figure.address}" ` +
    `alt="${escapeHtml(figure.alt)}"></a>${caption}</figure>`
  );
}

/** A link to a page's live output, with the picture that stands for it. */
function liveLink({ part, highlights: { live } }: Entry): string {
  if (!live) return "";
  return (
    `<a class="live-link" href="${pageOf(part)}#${live.anchor}"><img src="${live.address}" ` +
    `alt="${escapeHtml(live.alt)}"><span>${escapeHtml(live.title)}</span></a>`
  );
}

/** One part at a glance: picture, answer, accuracy, and a link to its page. */
function card({ part, records, highlights: { answer, figure } }: Entry): string {
  const final = records[0]?.record.final;
  const all = overSeeds(records.map(({ record }) => record));
  const accuracy = final && `${percent(final.test.accuracy)} of the test examples${all ? `; all seeds ${all}` : ""}`;
  return [
    `<li><h3><a href="${pageOf(part)}">${escapeHtml(nameOf(part))}</a></h3>`,
    figure && part.needs.length === 0
      ? `<img src="${figure.address}" alt="${escapeHtml(figure.alt)}" loading="lazy">`
      : "",
    accuracy ? `<p class="accuracy">${accuracy}</p>` : "",
    answer ? `<p>${escapeHtml(answer)}</p>` : "",
    "</li>",
  ].join("");
}

function table(shown: readonly Entry[]): string {
  const seeds = Math.max(0, ...shown.map(({ records }) => records.length));
  const rows = shown.map((entry) => row(entry, seeds > 1));
  const head = ["iterations", "parameters", "train", "test", ...(seeds > 1 ? ["test, all seeds"] : []), "minutes"];
  const numbers = head.map((name) => `<th scope="col" class="number">${name}</th>`);
  return (
    `<div class="scroll" role="region" aria-label="Parts and their results" tabindex="0"><table ` +
    `class="parts"><thead><tr><th ` +
    `scope="col">part</th>${numbers.join("")}</tr></thead><tbody>${rows.join("\n")}</tbody></table></div>`
  );
}

function row({ part, records }: Entry, manySeeds: boolean): string {
  const record = records[0]?.record;
  const final = record?.final;
  const cells = [
    record && count(record.config.iterations),
    record && count(record.model.parameters),
    final && percent(final.train.accuracy),
    final && percent(final.test.accuracy),
    ...(manySeeds ? [overSeeds(records.map(({ record: one }) => one))] : []),
    record && (record.minutes.training + record.minutes.evaluation).toFixed(1),
  ];
  const name = `<th scope="row"><a href="${pageOf(part)}">${escapeHtml(nameOf(part))}</a></th>`;
  return (
    "<tr " +
    `data-part="${part.id}">${name}${cells.map((text) => `<td class="number">${text ?? ""}</td>`).join("")}</tr>`
  );
}

/** Where one class is rare, accuracy says little; this line below the table says what it hides. */
function imbalance({ model, noun }: Part, { final, extra }: RunRecord): string {
  const fresh = (extra.fresh as { balancedAccuracy?: number } | undefined)?.balancedAccuracy;
  const measured: string[] = [];
  if (final)
    measured.push(
      `recall of class 0 on the test series ${percent(final.test.recall[0] ?? 0)}, balanced accuracy ` +
        percent(final.test.balancedAccuracy),
    );
  if (fresh !== undefined) measured.push(`balanced accuracy on fresh series ${percent(fresh)}`);
  return `<p>${escapeHtml(model?.name ?? noun)}: ${measured.join("; ")}.</p>`;
}

/** Mean and standard deviation of the test accuracy over the seeds. */
function overSeeds(records: readonly RunRecord[]): string | undefined {
  if (records.length < 2) return undefined;
  return meanPercent(itemAt(spread(records), 0).test, records.length);
}
