import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { jupyterPath, runPython } from "./kernelspec";

const jupyter = jupyterPath();
afterAll(() => jupyter.remove());

test("the protocol's own conformance suite passes; pager and history alone are skipped", async () => {
  const { code, stderr } = await runPython([join(__dirname, "protocol.py")], { jupyter: jupyter.folder });
  expect(stderr).toMatch(/^OK \(skipped=4\)$/m);
  expect(code).toBe(0);
  const skipped = [...stderr.matchAll(/^\s*(test_\w+) .*skipped/gm)].map(([, name]) => name);
  expect(new Set(skipped)).toEqual(new Set(["test_history", "test_pager"]));
  expect(stderr).toContain("Ran 18 tests");
});
