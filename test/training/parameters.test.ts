import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { runName } from "../../lib/src/runs/places";
import { parseOverrides } from "../../lib/src/training/overrides";
import { parameters, type Settings } from "../../lib/src/training/parameters";

const sheet: Settings = {
  seed: 1,
  iterations: 20_000,
  batchSize: 100,
  optimizer: { name: "adam", learningRate: 0.001 },
};
let said: string[];

beforeEach(() => {
  said = [];
  vi.spyOn(console, "log").mockImplementation((text: string) => void said.push(text));
  for (const name of ["PROFILE", "SEED", "SET"]) vi.stubEnv(`DEEPNETS_${name}`, "");
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe("parameters", () => {
  test("what the cell says, with all defaults, frozen; nothing is printed", () => {
    const p = parameters("h6-1b", sheet);
    expect(p).toEqual({
      part: "h6-1b",
      profile: "full",
      seed: 1,
      batchSize: 100,
      iterations: 20_000,
      evalEvery: 100,
      precision: "float32",
      mode: "graph",
      overrides: {},
      optimizer: { name: "adam", learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    });
    expect(Object.isFrozen(p) && Object.isFrozen(p.optimizer)).toBe(true);
    expect(said).toEqual([]);
  });

  test.each([
    [20_000, 300],
    [10_000, 300],
    [30_000, 450],
    [300, 300],
  ])("quick: %i iterations become %i", (iterations, expected) => {
    vi.stubEnv("DEEPNETS_PROFILE", "quick");
    const p = parameters("h6-1b", { ...sheet, iterations });
    expect([p.profile, p.iterations]).toEqual(["quick", expected]);
    expect(said).toEqual(
      iterations === expected ? [] : [`h6-1b, quick run: iterations = ${expected} (the cell says ${iterations})`],
    );
  });

  test("quick: 60 epochs become 2, 1 stays 1", () => {
    vi.stubEnv("DEEPNETS_PROFILE", "quick");
    const { iterations: _, ...rest } = sheet;
    expect(parameters("h6-2", { ...rest, epochs: 60 }).epochs).toBe(2);
    expect(parameters("h6-2", { ...rest, epochs: 1 }).epochs).toBe(1);
  });

  test("DEEPNETS_SEED; 0 is a seed", () => {
    vi.stubEnv("DEEPNETS_SEED", "0");
    expect(parameters("h6-1b", sheet).seed).toBe(0);
    expect(said).toEqual(["h6-1b: seed = 0 (the cell says 1)"]);
  });

  test.each(["-1", "1.5", "x", "2147483648"])("refuses DEEPNETS_SEED=%s", (seed) => {
    vi.stubEnv("DEEPNETS_SEED", seed);
    expect(() => parameters("h6-1b", sheet)).toThrow(
      `Expected DEEPNETS_SEED to be a whole number from 0 to 2147483647 but found "${seed}": correct it or unset it.`,
    );
  });

  test("DEEPNETS_SET changes values by name and keeps them as overrides", () => {
    vi.stubEnv("DEEPNETS_SET", "learningRate=0.0005, batchSize=50");
    const p = parameters("h6-1b", sheet);
    expect([p.optimizer.learningRate, p.batchSize, p.iterations]).toEqual([0.0005, 50, 20_000]);
    expect(p.overrides).toEqual({ "optimizer.learningRate": 0.0005, batchSize: 50 });
    expect(said).toEqual([
      "h6-1b: batchSize = 50 (the cell says 100), optimizer.learningRate = 0.0005 (the cell says 0.001)",
    ]);
  });

  test("DEEPNETS_SET chooses another optimizer: what it does not have stays behind, and is told", () => {
    vi.stubEnv("DEEPNETS_SET", "optimizer.name=momentum,learningRate=0.1,nesterov=true");
    const p = parameters("h6-1b", { ...sheet, optimizer: { ...sheet.optimizer, beta1: 0.8 } as Settings["optimizer"] });
    expect(p.optimizer).toEqual({ name: "momentum", learningRate: 0.1, momentum: 0.9, nesterov: true });
    expect(p.overrides).toEqual({
      "optimizer.name": "momentum",
      "optimizer.learningRate": 0.1,
      "optimizer.nesterov": "true",
    });
    expect(said).toEqual([
      "h6-1b: optimizer.name = momentum (the cell says adam), optimizer.learningRate = 0.1 (the cell says 0.001), " +
        "optimizer.beta1 left out (the cell says 0.8)",
    ]);
    vi.stubEnv("DEEPNETS_SET", "nesterov=yes");
    expect(() => parameters("h6-1b", sheet)).toThrow('Expected optimizer.nesterov to be true or false but found "yes"');
    vi.stubEnv("DEEPNETS_SET", "optimizer.name=sgd,beta1=0.5");
    expect(() => parameters("h6-1b", sheet)).toThrow("Expected no optimizer.beta1 but found 0.5 (h6-1b): sgd has none");
  });

  test("DEEPNETS_SET comes after the quick profile", () => {
    vi.stubEnv("DEEPNETS_PROFILE", "quick");
    vi.stubEnv("DEEPNETS_SET", "iterations=1000");
    expect(parameters("h6-1b", sheet).iterations).toBe(1000);
  });

  test("refuses a setting that the part does not have", () => {
    vi.stubEnv("DEEPNETS_SET", "epochs=3");
    expect(() => parameters("h6-1b", sheet)).toThrow(
      "Expected iterations but found epochs (DEEPNETS_SET): set the former, in which h6-1b is counted.",
    );
    vi.stubEnv("DEEPNETS_SET", "beta1=0.5");
    expect(() => parameters("h6-1a", { ...sheet, optimizer: { name: "sgd", learningRate: 0.5 } })).toThrow(
      "Expected no optimizer.beta1 but found 0.5",
    );
  });

  test.each([
    [{ ...sheet, epochs: 2 }, "Expected iterations or epochs but found both (h6-1b)"],
    [{ ...sheet, iterations: undefined }, "found neither"],
    [{ ...sheet, batchSize: 0 }, "Expected batchSize to be a whole number from 1 on but found 0 (h6-1b)"],
    [{ ...sheet, evalEvery: 0.5 }, "Expected evalEvery"],
    [
      { ...sheet, optimizer: { name: "adam", learningRate: -1 } },
      "Expected optimizer.learningRate to be above 0 but found -1",
    ],
    [
      { ...sheet, optimizer: { name: "adam", learningRate: 1, beta1: 1 } },
      "Expected optimizer.beta1 to be in [0, 1) but found 1",
    ],
    [
      { ...sheet, optimizer: { name: "adagrad", learningRate: 1 } },
      "Expected optimizer.name to be one of sgd, momentum, rmsprop, adam but found adagrad",
    ],
  ] as [Settings, string][])("refuses %o", (settings, message) => {
    expect(() => parameters("h6-1b", settings)).toThrow(message);
  });

  test("refuses an unknown profile and a part that would lead out of the folder", () => {
    expect(() => parameters("../x", sheet)).toThrow("Expected part to be a notebook's id");
    vi.stubEnv("DEEPNETS_PROFILE", "slow");
    expect(() => parameters("h6-1b", sheet)).toThrow('Expected DEEPNETS_PROFILE to be full or quick but found "slow"');
  });
});

describe("overrides", () => {
  test("short and full names, numbers and words", () => {
    expect(parseOverrides("")).toEqual({});
    expect(parseOverrides(" optimizer.epsilon=1e-6,precision=bfloat16 ")).toEqual({
      "optimizer.epsilon": 1e-6,
      precision: "bfloat16",
    });
  });

  test.each([
    [
      "learningRat=1",
      "Expected one of batchSize, iterations, epochs, evalEvery, precision, mode, variant, optimizer.name, " +
        "optimizer.learningRate, optimizer.momentum, optimizer.nesterov, optimizer.decay, optimizer.epsilon, " +
        'optimizer.beta1, optimizer.beta2 but found "learningRat"',
    ],
    ["constructor=1", "Expected one of"],
    ["learningRate", 'Expected NAME=VALUE pairs with commas between them but found "learningRate"'],
    ["batchSize=50,", 'found ""'],
    ["batchSize=", 'found "batchSize="'],
    ["batchSize=1.5", 'Expected batchSize to be a whole number from 1 on but found "1.5"'],
    ["learningRate=fast", 'Expected optimizer.learningRate to be a number above 0 but found "fast"'],
    ["precision=float16", 'Expected precision to be float32 or bfloat16 but found "float16"'],
    ["learningRate=1,optimizer.learningRate=2", "Expected optimizer.learningRate once but found it twice"],
  ])("refuses %s", (text, message) => {
    expect(() => parseOverrides(text)).toThrow(message);
  });
});

describe("the name of a run", () => {
  test("profile and seed, and a hash of what was set, whatever its order", () => {
    expect(runName({ profile: "full", seed: 1, overrides: {} })).toBe("full-s1");
    const [one, other] = [
      runName({ profile: "quick", seed: 2, overrides: { a: 1, b: 2 } }),
      runName({ profile: "quick", seed: 2, overrides: { b: 2, a: 1 } }),
    ];
    expect(one).toMatch(/^quick-s2-[0-9a-f]{8}$/);
    expect(other).toBe(one);
    expect(runName({ profile: "quick", seed: 2, overrides: { a: 1, b: 3 } })).not.toBe(one);
  });
});
