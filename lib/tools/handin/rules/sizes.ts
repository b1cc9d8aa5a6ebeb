// Can everything be opened, mailed and handed in?
import { liveAttribute } from "../../../src/live/envelope";
import { largestPackage } from "../../export/pack";
import type { Notebook } from "../../notebooks/notebook";
import type { Rule } from "./rule";

/** JupyterLab takes seconds to open more, and keeps it in memory several times. */
const largestNotebook = 10_000_000;
const largestPage = 8_000_000;
/** The limit of a page with live networks: a million weights are half a megabyte. */
const largestLivePage = 14_000_000;

const smaller = "show fewer or smaller figures";

/** Rules about the size of notebooks, pages and package. */
export const sizeRules: readonly Rule[] = [
  {
    id: "notebook-size",
    title: "A notebook has at most 10 MB",
    remedy: `${smaller} in that cell and run npm run handin -- PART`,
    find: ({ notebook, bytes, part }) =>
      notebook && bytes > largestNotebook
        ? [{ cell: largestCell(notebook), value: over(`${part.notebook}.ipynb`, bytes, largestNotebook) }]
        : [],
  },
  {
    id: "html-size",
    title: "A page has at most 8 MB, or 14 MB with live networks",
    remedy: `${smaller} (npm run export says what takes how much)`,
    page: true,
    about: "both",
    find: ({ page, part }) => {
      const bytes = Buffer.byteLength(page?.html ?? "");
      const isLive = (page?.content.withAttribute(liveAttribute).length ?? 0) > 0;
      const most = isLive ? largestLivePage : largestPage;
      return bytes > most ? [{ value: over(`${part.notebook}.html`, bytes, most) }] : [];
    },
  },
  {
    id: "package-size",
    title: "The package to hand in has at most 25 MB",
    remedy: `${smaller} in the largest notebook and run npm run export -- --zip`,
    page: true,
    about: "index",
    find: ({ packed }) =>
      packed && packed.bytes > largestPackage ? [{ value: over("hand-in.zip", packed.bytes, largestPackage) }] : [],
  },
  {
    id: "package-differs",
    title: "The package holds the files that lie beside it",
    remedy: "run npm run export -- --zip, which packs them again, or remove hand-in.zip",
    page: true,
    about: "index",
    find: ({ packed }) => (packed?.differs ? [{ value: `hand-in.zip ${packed.differs}` }] : []),
  },
];

const over = (file: string, bytes: number, most: number) =>
  `${file} has ${(bytes / 1e6).toFixed(1)} MB, where at most ${most / 1e6} MB are allowed`;

/** The index of the cell with most of a notebook's bytes. */
function largestCell({ cells }: Notebook): number {
  const sizes = cells.map((cell) => JSON.stringify(cell).length);
  return sizes.indexOf(Math.max(...sizes));
}
