// All that the library and the commands read of `process.env` stands here; set-up, which runs before anything is
// compiled, reads it in lib/tools/setup/environment.mjs.
import { resolve } from "node:path";
import { UserError } from "./errors.cjs";
import { projectFolder } from "./paths";
import { markdownTable } from "./text";

/** Seeds run from 0 to this. */
export const largestSeed = 2 ** 31 - 1;

/** An environment variable of this project. */
export interface Variable<T> {
  /** Who reads it. */
  readonly for: "runs" | "folders" | "set-up" | "our own processes" | "tests";
  /** What a value must be, as in "Expected NAME to be ...". */
  readonly takes: string;
  /** What happens where it is not set. */
  readonly usual: string;
  readonly meaning: string;
  /** Its value; undefined where the text is not one. */
  readonly read: (text: string) => T | undefined;
}

const define = <T>(variable: Variable<T>): Variable<T> => variable;

const folder = (usual: string, meaning: string, who: Variable<string>["for"] = "folders"): Variable<string> => ({
  for: who,
  takes: "a path, absolute or from the project's folder",
  usual,
  meaning,
  // Not from the working folder: a kernel works in its notebook's folder.
  read: (text) => resolve(projectFolder(), text),
});

const path = (who: Variable<string>["for"], usual: string, meaning: string): Variable<string> => ({
  for: who,
  takes: "a path",
  usual,
  meaning,
  read: (text) => text,
});

const oneOrNothing = (text: string): boolean | undefined => (text === "1" ? true : text === "0" ? false : undefined);

/** All variables. An empty value counts as not set. */
export const variables = {
  DEEPNETS_PROFILE: define<"full" | "quick">({
    for: "runs",
    takes: "full or quick",
    usual: "full",
    meaning: "quick shortens each training to 1.5 % of its iterations, at least 300, or to 2 epochs, and measures less",
    read: (text) => (text === "full" || text === "quick" ? text : undefined),
  }),
  DEEPNETS_SEED: define<number>({
    for: "runs",
    takes: `a whole number from 0 to ${largestSeed}`,
    usual: "what the cell says",
    meaning: "the seed of all random numbers",
    read: (text) => (/^\d{1,10}$/.test(text) && Number(text) <= largestSeed ? Number(text) : undefined),
  }),
  DEEPNETS_SET: define<string>({
    for: "runs",
    takes: "NAME=VALUE pairs with commas between them",
    usual: "nothing",
    meaning: "settings that replace those of the cell: learningRate=0.0005,batchSize=50",
    // `parseOverrides` knows names and values, and says what is wrong with them.
    read: (text) => text,
  }),
  DEEPNETS_FRESH: define<boolean>({
    for: "runs",
    takes: "1 or 0",
    usual: "0",
    meaning: "1 starts each training anew, even where there is a checkpoint",
    read: oneOrNothing,
  }),
  DEEPNETS_THREADS: define<Threads>({
    for: "runs",
    takes: 'two whole numbers, as in "2,1",',
    usual: "what the notebook's metadata says",
    meaning: "the engine's threads: within one operation, between operations",
    read: (text) => {
      const [, intra, inter] = /^(\d{1,4}),(\d{1,4})$/.exec(text.trim()) ?? [];
      return intra === undefined ? undefined : { intra: Number(intra), inter: Number(inter) };
    },
  }),
  DEEPNETS_RUNS: folder("`data/runs`", "folder of the run records and checkpoints"),
  DEEPNETS_DATA: folder("`data/mnist`", "folder with the four files of MNIST"),
  DEEPNETS_NOTEBOOKS: folder("`notebooks`", "folder that `handin`, `export` and `check` read the notebooks from"),
  DEEPNETS_HANDIN: folder("`handin`", "folder that `handin` and `export` write"),
  DEEPNETS_README: folder("`README.md`", "file whose table of results `handin -- --keep` writes"),
  DEEPNETS_CELLS: folder("`.engine/cells.jsonl`", "log of the cells that ran in JupyterLab"),
  DEEPNETS_LAB_ROOT: folder("the project's folder", "folder that `lab` serves; live figures read run records from it"),
  DEEPNETS_BROWSER: path("set-up", "the one that is installed, or that set-up brings", "a Chromium-family browser"),
  DEEPNETS_PYTHON: path("set-up", "the first on `PATH` that fits", "a Python from 3.11 on, to make `.venv` with"),
  DEEPNETS_PARENT: define<number>({
    for: "our own processes",
    takes: "a process id",
    usual: "the parent",
    meaning: "the process with which `execute.py` ends",
    read: (text) => (/^\d{1,10}$/.test(text) ? Number(text) : undefined),
  }),
  DEEPNETS_LONG_TESTS: define<boolean>({
    for: "tests",
    takes: "1 or 0",
    usual: "0",
    meaning: "1 also runs the tests at the sheet's own widths, which take minutes",
    read: oneOrNothing,
  }),
  DEEPNETS_QUICK: folder("a new one", "folder of an earlier quick hand-in to look at", "tests"),
  DEEPNETS_TEST_NODE: path("tests", "the Node that runs the tests", "a Node whose kernel the tests of cells use"),
  DEEPNETS_SCREENSHOTS: folder("none", "folder that the browser tests leave their pictures in", "tests"),
} as const;

/** A name of an environment variable of this project. */
export type VariableName = keyof typeof variables;
type Value<N extends VariableName> = (typeof variables)[N] extends Variable<infer T> ? T : never;

/** What a program was started with: `process.env`, or a copy. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The value of a variable; undefined where it is not set, or empty.
 *
 * @throws UserError When the variable does not take this value.
 * @example
 * fromEnvironment("DEEPNETS_PROFILE") ?? "full";
 */
export function fromEnvironment<N extends VariableName>(
  name: N,
  environment: Environment = process.env,
): Value<N> | undefined {
  const text = environment[name];
  if (text === undefined || text === "") return undefined;
  const { takes, read } = variables[name];
  const value = read(text);
  if (value !== undefined) return value as Value<N>;
  throw new UserError(`Expected ${name} to be ${takes} but found "${text}": correct it or unset it.`);
}

/**
 * Checks all variables at once, before a command begins.
 *
 * @throws UserError When a value is wrong, or a name is unknown.
 */
export function checkEnvironment(environment: Environment = process.env): void {
  const names = Object.keys(variables) as VariableName[];
  for (const name of names) fromEnvironment(name, environment);
  for (const name of Object.keys(environment))
    if (name.startsWith("DEEPNETS_") && !(name in variables))
      throw new UserError(`Expected one of ${names.join(", ")} but found ${name}: correct the name or unset it.`);
}

/** The table of variables for lib/README.md. */
export const environmentTable = (): string =>
  markdownTable([
    ["variable", "for", "takes", "without it", "meaning"],
    ...Object.entries(variables).map(([name, variable]) => [
      `\`${name}\``,
      variable.for,
      variable.takes.replace(/,$/, ""),
      variable.usual,
      variable.meaning,
    ]),
  ]);

/** This process' environment for a program that we start, without the names in `without` and with `more` added. */
export function inherited(more: Environment = {}, without: readonly string[] = []): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !without.includes(name));
  return { ...Object.fromEntries(kept), ...more };
}

/** The path of the notebook that this kernel serves, as jupyter_server says it. */
export const servedNotebook = (environment: Environment = process.env): string | undefined =>
  environment.JPY_SESSION_NAME;

/** The process id of the Jupyter that started this kernel, where it says it. */
export const jupyterProcess = (): number | undefined => Number(process.env.JPY_PARENT_PID) || undefined;

/** Whether the environment says that a window can be opened. */
export const hasDisplay = (): boolean => Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

/**
 * The variable that switches the engine's oneDNN kernels, which it reads when it loads: "1" for on, "0" for off,
 * undefined where the engine decides by the processor.
 */
export const oneDnnSwitch = (): string | undefined => process.env.TF_ENABLE_ONEDNN_OPTS;

/** Threads of the engine: within one operation, and between operations. */
export interface Threads {
  readonly intra: number;
  readonly inter: number;
}

/** What the engine was told about its threads when it loaded; undefined where it was told nothing. */
export const engineThreads = (): { readonly [N in keyof Threads]: number | undefined } => ({
  intra: Number(process.env.TF_NUM_INTRAOP_THREADS) || undefined,
  inter: Number(process.env.TF_NUM_INTEROP_THREADS) || undefined,
});

/** The variables that tell the engine its threads: it reads them once, when it loads. */
export const threadVariables = ({ intra, inter }: Threads): Record<string, string> => ({
  TF_NUM_INTRAOP_THREADS: String(intra),
  TF_NUM_INTEROP_THREADS: String(inter),
});

/** Tells the engine its threads, before it loads. */
export const tellEngine = (threads: Threads): void => void Object.assign(process.env, threadVariables(threads));

/** Keeps the engine, before it loads, from writing a line about each graph. */
export function quietEngine(): void {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
}
