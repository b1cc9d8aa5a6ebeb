/** Whether a value is text as a notebook's file holds it: one string, or a list of lines. */
export const isNotebookText = (value: unknown): value is string | readonly string[] =>
  typeof value === "string" || (Array.isArray(value) && value.every((line) => typeof line === "string"));

/**
 * Whether Jupyter takes a form of an output under a MIME type: text under any, everything else under a JSON type only.
 *
 * @example
 * fitsMimeType("text/html", { a: 1 }); // false: under "application/json" it would be true
 */
export const fitsMimeType = (type: string, form: unknown): boolean => /\bjson$/.test(type) || isNotebookText(form);
