import { spawn } from "node:child_process";
import { join } from "node:path";
import { root } from "../notebooks/places";
import { UserError } from "../user-error";

/** One notebook as nbconvert renders it: the inside of its page. */
export interface Rendered {
  /** HTML whose formulas still stand as TeX in elements of class "tex". */
  readonly body: string;
  /** Headings in order; `html` is a heading's text. */
  readonly toc: readonly { readonly level: number; readonly id: string; readonly html: string }[];
  /** Kinds of plotly trace that the figures use. */
  readonly traces: readonly string[];
  readonly figures: number;
}

export const templateFolder = join(root, "lib/tools/export/template");

/** Renders notebooks, all in one Python process, since loading nbconvert takes longer than using it. */
export async function render(notebooks: readonly string[]): Promise<Rendered[]> {
  const { pages } = JSON.parse(await python("render.py", { notebooks })) as { pages: Rendered[] };
  return pages;
}

/** Runs one of this room's Python files with a job on stdin; resolves to what it prints. */
export function python(file: string, job: unknown): Promise<string> {
  return new Promise((done, fail) => {
    const child = spawn(join(root, ".venv/bin/python"), ["-I", "-B", join(root, "lib/tools/export", file)], {
      env: { ...process.env, PYTHONUTF8: "1" },
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (data: Buffer) => out.push(data));
    child.stderr.on("data", (data: Buffer) => err.push(data));
    child.on("error", () =>
      fail(new UserError("Expected Python in .venv but could not start it: run npm run doctor.")),
    );
    child.on("close", (code) => {
      if (code === 0) return done(Buffer.concat(out).toString());
      const last = Buffer.concat(err).toString().trim().split("\n").at(-1) ?? "";
      fail(
        new UserError(
          `Expected ${file} to end well but found exit code ${code} (${last}): run npm run doctor, and open the notebook in JupyterLab to see whether it is whole.`,
        ),
      );
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(JSON.stringify(job));
  });
}
