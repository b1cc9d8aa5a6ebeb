import type { Part } from "../../../src/parts";
import type { Packed } from "../../export/pack";
import type { PageContent } from "../../export/page-content";
import type { RenderedPage } from "../../export/pages";
import type { Notebook, OutputsNote } from "../../notebooks/notebook";
import type { RecordReader } from "../../notebooks/records";

/** One entry of the kernel's log: a cell that ran in JupyterLab. */
export interface LoggedCell {
  /** Names one kernel process. */
  readonly kernel: string;
  /** The notebook's path as JupyterLab tells it. */
  readonly notebook?: string | null;
  /** The cell's number of execution. */
  readonly count: number;
  /** SHA-256 of the cell's source. */
  readonly sha256: string;
  /** What it showed; absent in the lines of older kernels. */
  readonly outputs?: OutputsNote;
}

/** A page in the folder. */
export interface Page {
  readonly html: string;
  readonly content: PageContent;
}

/** One notebook of a hand-in, with everything that a rule may look at. */
export interface Subject extends RecordReader {
  readonly part: Part;
  /** The notebook; undefined where it is missing or cannot be read. */
  readonly notebook: Notebook | undefined;
  /** Why the notebook cannot be read. */
  readonly unreadable?: string | undefined;
  /** SHA-256 of the notebook's file. */
  readonly hash: string;
  /** Bytes of that file. */
  readonly bytes: number;
  /** Its page; undefined where the folder holds none. */
  readonly page: Page | undefined;
  /** The page that the notebook gives when it is exported now; undefined where no pages are asked for. */
  readonly rendered: Pick<RenderedPage, "html" | "problems"> | undefined;
  /** The text of report.json; undefined where there is none. */
  readonly report: string | undefined;
  /** The size of hand-in.zip and how it differs from the files beside it; undefined where there is none. */
  readonly packed: Packed | undefined;
  /** The hand-in's settings: those of its first notebook that knows them. */
  readonly profile: "full" | "quick";
  readonly seed: number;
  readonly log: readonly LoggedCell[];
}

/** Where a rule is broken. */
export interface Breach {
  /** Index of the cell in the notebook. */
  readonly cell?: number;
  /** What was found: one sentence without the full stop. */
  readonly value: string;
}

/** One thing that a hand-in must hold. */
export interface Rule {
  readonly id: string;
  /** What must hold. */
  readonly title: string;
  /** The way out; `PART` stands for the part's id. */
  readonly remedy: string;
  /** Whether it is about pages, which committed notebooks do not have. */
  readonly page?: true;
  /** What it looks at: each notebook (the default), the index page, or both. */
  readonly about?: "index" | "both";
  /** Whether it is a general rule, asked only where no other rule about pages found anything. */
  readonly general?: true;
  /** Whether it asks for the sheet's lengths or final numbers, which a quick run does not have. */
  readonly full?: true;
  readonly find: (subject: Subject) => readonly Breach[];
}
