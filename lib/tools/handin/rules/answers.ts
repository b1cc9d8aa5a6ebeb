// Does an answer say something of its own, and does it hold the numbers that its question asks for?
import { type Notebook, sourceOf } from "../../notebooks/notebook";
import { findTags, withoutCode } from "../../notebooks/tags";
import type { Rule } from "./rule";

/** The fewest words an answer needs besides those of its question and those that only point elsewhere. */
const fewest = 4;
const pointers = new Set(
  (
    "see above below before there here shown figure figures table tables cell cells notebook page part section " +
    "question answer answers details results result"
  ).split(" "),
);

/** Rules about what an answer says. */
export const answerRules: readonly Rule[] = [
  {
    id: "answer-says-nothing",
    title: "An answer is more than its question repeated, or a pointer to another place",
    remedy: "answer the question in sentences of your own",
    find: ({ notebook }) =>
      [...textsOf(notebook, "answer")].flatMap(([id, { cell, text }]) => {
        const asked = new Set(words(textsOf(notebook, "question").get(id)?.text ?? ""));
        const all = [...new Set(words(text))];
        const own = all.filter((word) => !asked.has(word) && !pointers.has(word));
        // The rule answer-missing finds answers with hardly a word.
        if (all.length < 2 || (own.length >= fewest && own.length >= all.length / 4)) return [];
        const repeats = all.filter((word) => asked.has(word)).length >= (3 / 4) * all.length;
        return [
          {
            cell,
            value: repeats && all.length > fewest * 2 ? "it says its question again" : "it says next to nothing",
          },
        ];
      }),
  },
  {
    id: "answer-lacks-number",
    title: "An answer holds the numbers that its question asks for",
    remedy: 'write each as <span data-record="h6-1b.test">...</span>; npm run handin -- PART fills it in',
    find: ({ notebook, part }) =>
      [...textsOf(notebook, "answer")].flatMap(([id, { cell, text }]) => {
        const given = findTags(text).map(({ key }) => key);
        // The rule answer-missing finds answers that are still to be written.
        if (words(text).length < 2) return [];
        const holds = (wanted: string) =>
          wanted.split("|").some((key) => given.some((tag) => tag === key || tag.startsWith(`sweep.${key}.`)));
        return (part.numbers?.[id] ?? [])
          .filter((wanted) => !holds(wanted))
          .map((wanted) => ({ cell, value: `it lacks the number ${wanted.replaceAll("|", " or ")}` }));
      }),
  },
];

/** The markdown of each question or answer, and the first of its cells. */
function textsOf(notebook: Notebook | undefined, kind: "question" | "answer") {
  const texts = new Map<string, { readonly cell: number; readonly text: string }>();
  (notebook?.cells ?? []).forEach((cell, index) => {
    if (cell.cell_type !== "markdown") return;
    for (const id of [cell.metadata.deepnets?.[kind] ?? []].flat()) {
      const before = texts.get(id);
      texts.set(id, { cell: before?.cell ?? index, text: `${before?.text ?? ""}\n\n${sourceOf(cell)}` });
    }
  });
  return texts;
}

/** Words of prose in lower case, without headings, code, formulas, comments and HTML. */
function words(markdown: string): string[] {
  const prose = withoutCode(markdown)
    .replace(/<!--[\s\S]*?-->|^#.*$|<[^>]*>|\$[^$]*\$/gm, " ")
    .replace(/\]\([^)]*\)/g, " ");
  return (prose.match(/\p{L}{3,}/gu) ?? []).map((word) => word.toLowerCase());
}
