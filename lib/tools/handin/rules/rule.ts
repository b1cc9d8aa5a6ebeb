import type { Part } from "../../../src/parts";
import type { Notebook, OutputsNote } from "../../notebooks/notebook";
import type { DamagedRecord, StoredRecord } from "../../notebooks/records";

/** One entry of the launcher's log: a cell that ran in JupyterLab. */
export interface LoggedCell {
  /** Names one kernel process. */
  readonly kernel: string;
  /** The notebook's path as JupyterLab tells it. */
  readonly notebook?: string | null;
  readonly count: number;
  readonly sha256: string;
  /** What it showed; absent in the lines of older kernels. */
  readonly outputs?: OutputsNote;
}

/** One notebook of a hand-in with all that a rule may look at. */
export interface Subject {
  readonly part: Part;
  /** Undefined where the hand-in lacks it. */
  readonly notebook: Notebook | undefined;
  /** SHA-256 of the notebook's file. */
  readonly hash: string;
  /** Its page; undefined where the folder holds none. */
  readonly html: string | undefined;
  /** The hand-in's settings: those of its first notebook that knows them. */
  readonly profile: "full" | "quick";
  readonly seed: number;
  readonly records: (part: string) => readonly StoredRecord[];
  /** Those that cannot be trusted. */
  readonly damaged: (part: string) => readonly DamagedRecord[];
  readonly log: readonly LoggedCell[];
}

/** Where a rule is broken. */
export interface Place {
  /** Index of the cell in the notebook. */
  readonly cell?: number;
  /** What was found, as one sentence without its end. */
  readonly value: string;
}

export interface Rule {
  readonly id: string;
  /** What must hold. */
  readonly title: string;
  /** The way out; `PART` stands for the part's id. */
  readonly remedy: string;
  /** Holds for pages, which committed notebooks have not. */
  readonly page?: true;
  /** Holds for the index page as well. */
  readonly index?: true;
  /** Asks for the sheet's lengths or final numbers, which a quick run has not. */
  readonly full?: true;
  readonly find: (subject: Subject) => readonly Place[];
}

/** Shortens a value for a message. */
export const quote = (text: string, length = 80) => {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
};
