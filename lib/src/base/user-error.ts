/**
 * An error that a user caused and can mend: its message is printed alone, without a stack, and the command exits with
 * 1.
 */
export class UserError extends Error {
  override readonly name = "UserError";
}
