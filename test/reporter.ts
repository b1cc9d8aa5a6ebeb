import type { Reporter, TestCase, TestModule } from "vitest/node";

/**
 * Names a failed test as soon as it has ended, and what did not run; closes with one plain line that any reader of the
 * output can count on.
 */
export default class ClosingLine implements Reporter {
  onTestCaseResult(test: TestCase): void {
    const { state, errors } = test.result();
    if (state === "failed")
      console.log(`FAILED ${test.module.relativeModuleId} > ${test.fullName}: ${errors[0]?.message.split("\n")[0]}`);
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0 };
    const skipped: string[] = [];
    for (const module of modules) {
      if (module.errors().length > 0) count.failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "pending") continue;
        count[state] += 1;
        if (state === "skipped") skipped.push(`not run: ${module.relativeModuleId} > ${test.fullName}`);
      }
    }
    if (skipped.length > 0) console.log(skipped.join("\n"));
    console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  }
}
