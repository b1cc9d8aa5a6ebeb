import { readFileSync, writeFileSync } from "node:fs";
import { StatusLines } from "../../src/base/status-lines";
import { chart } from "./chart";
import { fullRuns } from "./full-runs";
import { machine } from "./machine";
import { networkSettings } from "./networks";
import type { BenchReport } from "./report";
import { type BenchRequest, options, parseRequest } from "./request";
import { measureRounds } from "./rounds";
import { settings } from "./settings";
import { tableText } from "./table";

export { options };

/**
 * `npm run bench -- --python PATH`: times the training step of each network, in all forms and beside its peers.
 *
 * @returns The exit code 0.
 * @throws UserError When the command line is wrong.
 */
export async function main(argv: string[]): Promise<number> {
  const request = parseRequest(argv);
  const report =
    request.from === undefined
      ? await measure(request)
      : (JSON.parse(readFileSync(request.from, "utf8")) as BenchReport);
  console.log(tableText(report));
  if (request.json !== undefined) writeFileSync(request.json, `${JSON.stringify(report, null, 1)}\n`);
  if (request.figure !== undefined) writeFileSync(request.figure, chart(report));
  return 0;
}

async function measure(request: BenchRequest): Promise<BenchReport> {
  // No progress in a log: there the table is enough.
  const line = new StatusLines(process.stdout, Infinity);
  const networks = [];
  for (const name of request.networks) {
    const { title, batchSize } = networkSettings[name];
    const chosen = settings(name, request)
      .filter((setting) => request.only?.some((start) => setting.name.startsWith(start)) ?? true)
      .filter((setting) => setting.precision === (request.precision ?? setting.precision));
    const outcomes = await measureRounds(chosen, { ...request, say: (text) => line.update(`${title}: ${text}`) });
    networks.push({ name, title, batchSize, outcomes });
  }
  line.clear();
  const { rounds, steps } = request;
  return {
    format: 1,
    date: new Date().toISOString().slice(0, 10),
    machine: machine(),
    rounds,
    steps,
    networks,
    fullRuns: fullRuns(),
  };
}
