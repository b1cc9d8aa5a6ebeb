import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { claims } from "../../lib/src/notebook/claims";

let printed: string[];
beforeEach(() => {
  printed = [];
  vi.spyOn(console, "log").mockImplementation((line) => void printed.push(String(line)));
});
afterEach(() => vi.restoreAllMocks());
const shown = async () => (await new Promise((resolve) => setTimeout(resolve, 0)), printed.join("\n"));

test("claims() shows each claim with its number, its bound and whether it holds", async () => {
  claims({ profile: "full" }, [
    { text: "Test accuracy", value: 0.98431, above: 0.975, percent: true },
    { text: "Difference", value: 3e-8, below: 1e-6 },
  ]);
  const text = await shown();
  expect(text).toMatch(/Test accuracy.*98\.43 %.*more than 97\.50 %.*yes/);
  expect(text).toMatch(/Difference.*3\.00e-8.*less than 0\.00000100.*yes/);
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
    "Test accuracy: expected more than 97.50 % but found 90.00 %; Not a number: expected less than 1 but found NaN; " +
      "Between: expected more than 1 and less than 2 but found 3; Just the bound: expected more than 2 but found 2.",
  );
  expect(await shown()).toMatch(/Fine.*yes/);
});

test("claims() says in a quick run what it does not assert, and asserts identities all the same", async () => {
  claims({ profile: "quick" }, [{ text: "Test accuracy", value: 0.5, above: 0.975, percent: true }]);
  expect(await shown()).toMatch(/Test accuracy.*50\.00 %.*not asserted in a quick run/);
  expect(() => claims({ profile: "quick" }, [{ text: "Difference", value: 1, below: 1e-6, always: true }])).toThrow(
    "Difference: expected less than",
  );
});

test("claims() refuses a claim that cannot fail", () => {
  expect(() => claims({ profile: "full" }, [{ text: "All is well", value: 1 }])).toThrow(
    'Expected a bound but found none (claim "All is well"): give above or below.',
  );
});
