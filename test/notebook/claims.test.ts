import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { claims } from "../../lib/src/notebook/claims";

let printed: string[];
beforeEach(() => {
  printed = [];
  vi.spyOn(console, "log").mockImplementation((line) => void printed.push(String(line)));
});
afterEach(() => vi.restoreAllMocks());
async function shown(): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  return printed.join("\n");
}

test("claims() shows each claim with its number, its bound and whether it holds", async () => {
  claims({ profile: "full" }, [
    { text: "Test accuracy", value: 0.98431, above: 0.975, percent: true },
    { text: "Difference", value: 3e-8, below: 1e-6 },
  ]);
  const text = await shown();
  expect(text).toMatch(/Test accuracy is above 97\.50 % +98\.43 % +yes/);
  expect(text).toMatch(/Difference is below 0\.00000100 +3\.00e-8 +yes/);
});

test("claims() ends the cell with the numbers of every claim that does not hold", async () => {
  const broken = [
    { text: "Test accuracy", value: 0.9, above: 0.975, percent: true },
    { text: "Fine", value: 1, above: 0 },
    { text: "Not a number", value: NaN, below: 1 },
    { text: "Between", value: 3, above: 1, below: 2 },
    { text: "Just the bound", value: 2, above: 2 },
  ];
  expect(() => claims({ profile: "full" }, broken)).toThrow(
    "Test accuracy: expected above 97.50 % but found 90.00 %; Not a number: expected below 1 but found NaN; " +
      "Between: expected above 1 and below 2 but found 3; Just the bound: expected above 2 but found 2.",
  );
  expect(await shown()).toMatch(/Fine.*yes/);
});

test("claims() says in a quick run what it does not assert, and asserts identities all the same", async () => {
  claims({ profile: "quick" }, [{ text: "Test accuracy", value: 0.5, above: 0.975, percent: true }]);
  expect(await shown()).toMatch(/Test accuracy.*50\.00 %.*not asserted in a quick run/);
  expect(() => claims({ profile: "quick" }, [{ text: "Difference", value: 1, below: 1e-6, always: true }])).toThrow(
    "Difference: expected below",
  );
});

test("claims() refuses a claim that cannot fail", () => {
  expect(() => claims({ profile: "full" }, [{ text: "All is well", value: 1 }])).toThrow(
    'Expected a bound but found none (claim "All is well"): give above, below or equals.',
  );
});

test("claims() fold up under one line that counts, and an exact number is exact", async () => {
  claims({ profile: "full" }, [{ text: "The number of parameters", value: 7850, equals: 7850 }]);
  expect(await shown()).toContain("1 statement of this notebook, checked on its numbers: all true");
  expect(await shown()).toMatch(/The number of parameters is exactly 7,850 +7,850 +yes/);
  expect(() => claims({ profile: "full" }, [{ text: "The number", value: 7851, equals: 7850 }])).toThrow(
    "The number: expected exactly 7,850 but found 7,851.",
  );
  expect(await shown()).toContain("1 not true");
});
