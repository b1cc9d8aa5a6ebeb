// Does report.json say what the notebooks and their records say?

import { quickNotice } from "../../notebooks/notebook";
import { type PartReport, parseReport, reportOfNote } from "../../notebooks/report";
import type { Rule } from "./rule";

const exportAgain = "run npm run export, which writes it again";

/** Rules about `report.json`. */
export const reportRules: readonly Rule[] = [
  {
    id: "report-missing",
    title: "report.json lies beside the pages and can be read",
    remedy: exportAgain,
    page: true,
    about: "index",
    find: ({ report, profile }) => {
      if (report === undefined) return [{ value: "there is no report.json" }];
      const read = parseReport(report);
      if (!read) return [{ value: "report.json is no report" }];
      const notice = profile === "quick" ? quickNotice : undefined;
      return read.profile !== profile || read.notice !== notice
        ? [{ value: `report.json is of a ${read.profile} run, where the notebooks hold a ${profile} one` }]
        : [];
    },
  },
  {
    id: "report-differs",
    title: "report.json says what the notebooks and the records say",
    remedy: exportAgain,
    page: true,
    find: ({ part, notebook, records, report }) => {
      const read = report === undefined ? undefined : parseReport(report);
      if (!notebook || !read) return [];
      const found = read.parts.find(({ part: id }) => id === part.id);
      if (!found) return [{ value: "report.json does not speak of it" }];
      const wanted = reportOfNote(part, notebook.metadata.deepnets?.run, records(part.id));
      return checkedFields
        .filter((field) => rounded(found, field) !== rounded(wanted, field))
        .map((field) => ({
          value: `report.json says ${field} ${rounded(found, field)} where ${rounded(wanted, field)} is true`,
        }));
    },
  },
];

const checkedFields = [
  "notebook",
  "title",
  "status",
  "seed",
  "seconds",
  "iterations",
  "train",
  "test",
  "parameters",
  "minutes",
] as const satisfies readonly (keyof PartReport)[];

/** A field as it is compared: a notebook notes whole seconds, a report their fraction too. */
const rounded = (report: PartReport, field: (typeof checkedFields)[number]) =>
  field === "seconds" ? Math.round(report.seconds) : (report[field] ?? "none");
