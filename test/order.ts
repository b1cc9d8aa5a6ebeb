import { readFileSync } from "node:fs";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that take a minute or so, the longest first: begun late, one of them would run on alone. */
const long = [
  "test/sweep/sweep.test.ts",
  "test/handin/handin.test.ts",
  "test/setup/doctor.test.ts",
  "test/setup/setup.test.ts",
  "test/kernel/cells.test.ts",
  "test/notebooks/execute.test.ts",
  "test/graph/graph-step.test.ts",
  "test/handin/spoilings.test.ts",
  "test/kernel/failing.test.ts",
];

/** Long files first, those that wait for the quick hand-in last, the others as vitest has them. */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const waits = new Set(files.filter(({ moduleId }) => readFileSync(moduleId, "utf8").includes("quickHandin()")));
    const rank = (file: TestSpecification) => {
      if (waits.has(file)) return long.length + 1;
      const at = long.findIndex((name) => file.moduleId.endsWith(name));
      return at === -1 ? long.length : at;
    };
    return sorted.sort((one, other) => rank(one) - rank(other));
  }
}
