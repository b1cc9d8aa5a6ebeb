/** Something that a page leaves out or cannot show. */
export interface Problem {
  /** File name without `.ipynb`. */
  readonly notebook: string;
  /** Index of the cell, from 0; absent where it concerns the whole notebook. */
  readonly cell?: number;
  /** What is wrong and what to do, as one sentence without its full stop. */
  readonly what: string;
}

/** A problem as one line: `h6-1b-mlp, cell 5: a picture ... is missing: ...`. */
export const formatProblem = ({ notebook, cell, what }: Problem): string =>
  `${notebook}${cell === undefined ? "" : `, cell ${cell + 1}`}: ${what}.`;

/** Notes what is wrong with one cell. */
export type Report = (what: string) => void;
