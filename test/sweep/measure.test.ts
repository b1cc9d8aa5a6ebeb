import { mkdtempSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { recordText } from "../../lib/src/runs/record-file";
import { betterThreads, gain, measure } from "../../lib/tools/sweep/measure";
import { agreeing, sampleRecord } from "../fixtures/records";

test("two side by side win when they take less than twice as long", () => {
  expect(gain({ part: "h6-1b", alone: 10, beside: 16 })).toBe(1.25);
  expect(betterThreads({ part: "h6-1b", alone: 10, beside: 16 })).toBe(1);
  expect(betterThreads({ part: "h6-2", alone: 10, beside: 24 })).toBe(2);
});

test.skipIf(availableParallelism() < 2)(
  "times a part alone with its own threads, then two with one thread each",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "measure-"));
    const runner = join(folder, "run.py");
    writeFileSync(
      runner,
      `import os, pathlib, shutil
run = pathlib.Path(os.environ["DEEPNETS_RUNS"], "h6-1b", f"quick-s{os.environ['DEEPNETS_SEED']}")
run.mkdir(parents=True)
seconds = 12 if os.environ.get("DEEPNETS_THREADS") == "1,1" else 9
shutil.copy(f"{os.path.dirname(__file__)}/{run.name}-{seconds}.json", run / "record.json")
print("finished 9/9")
`,
    );
    for (const seed of [1, 2])
      for (const seconds of [9, 12]) {
        const minutes = { training: seconds / 120, evaluation: seconds / 120 };
        const record = agreeing({ ...sampleRecord("h6-1b", seed), profile: "quick", minutes });
        writeFileSync(join(folder, `quick-s${seed}-${seconds}.json`), recordText(record));
      }
    const said = vi.spyOn(console, "log").mockImplementation(() => {});
    const places = { runs: folder, notebooks: "notebooks", execute: ["python3", runner], python: async () => "" };
    expect(await measure({ parts: ["h6-1b"] }, places)).toBe(0);
    const lines = said.mock.calls.flat().join("\n");
    said.mockRestore();
    expect(lines).toMatch(/h6-1b +9\.0 s +12\.0 s +x 1\.50/);
    expect(lines).toContain("For threadsPerJob in lib/src/parts.ts: h6-1b 1");
    await expect(measure({ parts: ["h6-1b"] }, { ...places, execute: ["false"] })).rejects.toThrow(
      "Expected a quick run of h6-1b to measure but it failed (its runner ended with exit code 1): try npm run " +
        "handin -- h6-1b --quick.",
    );
    await expect(measure({ parts: ["h6-1b"] }, { ...places, execute: ["echo", "finished 9/9"] })).rejects.toThrow(
      "it failed (it left no record): try",
    );
    writeFileSync(
      runner,
      'print(\'cell 3/9\'); print(\'died {"cell": 3, "message": "the kernel died in cell 3: it ran out of ' +
        "memory.\"}'); raise SystemExit(3)",
    );
    await expect(measure({ parts: ["h6-1b"] }, places)).rejects.toThrow(
      "it failed (the kernel died in cell 3: it ran out of memory): try",
    );
  },
);
