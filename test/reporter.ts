import type { Reporter, TestModule } from "vitest/node";

/** Names what did not run, and closes with one plain line that any reader of the output can count on. */
export default class ClosingLine implements Reporter {
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
