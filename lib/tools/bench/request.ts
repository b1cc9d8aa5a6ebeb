import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { UserError } from "../../src/base/errors.cjs";
import { type NetworkName, networks } from "./networks";

/** The options of `npm run bench`. */
export const options = {
  python: { type: "string", help: "interpreter with PyTorch and Keras, to time them too" },
  json: { type: "string", help: "file for the numbers" },
  figure: { type: "string", help: "file for the figure, an SVG" },
  from: { type: "string", help: "numbers of an earlier bench, to print and draw again" },
  networks: { type: "string", help: "some of mlp,dropout,cnn,lstm, default all" },
  only: { type: "string", help: "beginnings of the names of the settings to time, separated by commas" },
  precision: { type: "string", help: "float32 or bfloat16, default both" },
  rounds: { type: "string", help: "rounds over all settings, default 9" },
  steps: { type: "string", help: "steps per round, default 20" },
} as const;

/** What a call of `npm run bench` asks for. */
export interface BenchRequest {
  /** Interpreter with PyTorch and Keras. */
  readonly python?: string | undefined;
  /** File for the numbers. */
  readonly json?: string | undefined;
  /** File for the figure, an SVG. */
  readonly figure?: string | undefined;
  /** File of numbers to draw and print again, without measuring. */
  readonly from?: string | undefined;
  readonly networks: readonly NetworkName[];
  /** Settings whose name starts with one of these; without it all. */
  readonly only?: readonly string[] | undefined;
  /**
   * Settings of this precision; without it both. On a processor without bfloat16 instructions, settings in bfloat16 are
   * slow and say nothing.
   */
  readonly precision?: "float32" | "bfloat16" | undefined;
  readonly rounds: number;
  readonly steps: number;
}

/**
 * Reads the command line of `npm run bench`.
 *
 * @throws UserError When an option cannot be read.
 */
export function parseRequest(argv: readonly string[]): BenchRequest {
  const { values } = parseArgs({ args: [...argv], options });
  const given = values.networks?.split(",") ?? networks;
  for (const name of given) {
    if (!networks.includes(name as NetworkName))
      throw new UserError(
        `Expected networks among ${networks.join(", ")} but found "${name}": write, for example, --networks mlp,cnn.`,
      );
  }
  const { precision } = values;
  if (precision !== undefined && precision !== "float32" && precision !== "bfloat16")
    throw new UserError(
      `Expected --precision to be float32 or bfloat16 but found "${precision}": choose one of the two.`,
    );
  if (values.python !== undefined && !existsSync(values.python)) {
    throw new UserError(
      `Expected a Python interpreter but found no file ${values.python}: make one with python -m venv and pip ` +
        "install torch keras tensorflow-cpu.",
    );
  }
  if (values.from !== undefined && !existsSync(values.from))
    throw new UserError(
      `Expected numbers of an earlier bench but found no file ${values.from}: write one with --json ${values.from}.`,
    );
  return {
    python: values.python,
    json: values.json,
    figure: values.figure,
    from: values.from,
    only: values.only?.split(","),
    precision,
    networks: given as readonly NetworkName[],
    rounds: whole("rounds", values.rounds ?? "9"),
    steps: whole("steps", values.steps ?? "20"),
  };
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new UserError(`Expected --${name} to be a whole number from 1 on but found "${text}": correct it.`);
  return value;
}
