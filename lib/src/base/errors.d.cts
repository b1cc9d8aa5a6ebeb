/**
 * An error that a user can mend: its message is printed alone, without a stack, and the command exits with 1. The
 * message is one sentence that names the thing, the rule, the value and the way out.
 */
export class UserError extends Error {
  override readonly name: "UserError";
}

/**
 * A UserError in place of the system's error about a file (no room, no right, too many open files), with the way out.
 * Returns any other error unchanged.
 *
 * @param place The file or folder, as the sentence names it.
 * @param what What was to be done there. Default "write".
 */
export function explained(error: unknown, place: string, what?: "write" | "read"): unknown;

/** The sentence to print for an error, or undefined where it is a mistake in our code, whose stack is to be printed. */
export function sentenceOf(error: unknown): string | undefined;
