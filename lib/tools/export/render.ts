import { spawn } from "node:child_process";
import { join } from "node:path";
import { inherited } from "../../src/base/environment";
import { UserError } from "../../src/base/errors.cjs";
import { root } from "../notebooks/places";

/** A notebook as nbconvert renders it. */
export interface Rendered {
  /** One section per cell; formulas stand as TeX in elements of class "tex". */
  readonly body: string;
  /** Elements that the sanitizer took out, by cell. */
  readonly left_out: readonly { readonly cell: number; readonly element: string }[];
  /** Cells with more nested elements than a browser reads: only their words are shown. */
  readonly too_deep: readonly number[];
}

/** Why a notebook cannot be rendered. */
export interface Failure {
  readonly error: string;
  readonly cell: number;
}

/** The folder of the pages' template, style and script. */
export const templateFolder = join(root, "lib/tools/export/template");

/**
 * Renders notebooks, all in one Python process, since loading nbconvert takes longer than using it.
 *
 * @throws UserError When Python cannot be started, or fails.
 */
export async function render(notebooks: readonly object[]): Promise<readonly (Rendered | Failure)[]> {
  if (notebooks.length === 0) return [];
  return (JSON.parse(await python(JSON.stringify({ notebooks }))) as { pages: (Rendered | Failure)[] }).pages;
}

function python(job: string): Promise<string> {
  return new Promise((done, fail) => {
    const child = spawn(join(root, ".venv/bin/python"), ["-I", "-B", join(root, "lib/tools/export/render.py")], {
      env: inherited({ PYTHONUTF8: "1" }),
    });
    const end = () => child.kill();
    process.once("exit", end);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (data: Buffer) => out.push(data));
    child.stderr.on("data", (data: Buffer) => err.push(data));
    child.on("error", () =>
      fail(new UserError("Expected Python in .venv but could not start it: run npm run doctor.")),
    );
    child.on("close", (code, signal) => {
      process.off("exit", end);
      if (code === 0) return done(Buffer.concat(out).toString());
      const last = Buffer.concat(err).toString().trim().split("\n").at(-1);
      const how = code === null ? `was stopped by ${signal}` : `ended with exit code ${code}`;
      fail(
        new UserError(
          `Expected pages but lib/tools/export/render.py ${how}${last ? ` (${last})` : ""}: run npm run doctor.`,
        ),
      );
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(job);
  });
}
