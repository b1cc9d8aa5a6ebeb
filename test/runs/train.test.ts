import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import * as tf from "@tensorflow/tfjs-node";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { linear, mlp } from "../../lib/src/models/factories";
import { annotate } from "../../lib/src/runs/annotate";
import { eventFolder } from "../../lib/src/runs/checkpoint";
import type { RunRecord } from "../../lib/src/runs/record";
import { loadRecord } from "../../lib/src/runs/record-file";
import { Interrupted } from "../../lib/src/runs/run";
import { train } from "../../lib/src/runs/train";
import type { Parameters } from "../../lib/src/training/parameters";
import { trial } from "../../lib/src/training/trial";
import { readEvents } from "../fixtures/training/events";
import { corners, small } from "../fixtures/training/small";

let runs: string;
let said: string[];
const network = (dropout = 0) =>
  mlp({ inputs: 4, hidden: [12, 8], outputs: 3, dropout, weights: { stddev: 0.3 }, seed: 1 });
const weightsOf = (model: tf.LayersModel) => model.getWeights().map((weight) => [...weight.dataSync()]);
const lasting = ({ minutes: _, peakMemoryMB: __, progress: ___, ...record }: RunRecord) => record;

beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), "train-"));
  vi.stubEnv("DEEPNETS_RUNS", runs);
  vi.stubEnv("DEEPNETS_FRESH", "");
  said = [];
  vi.spyOn(console, "log").mockImplementation((text: string) => void said.push(text));
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(runs, { recursive: true, force: true });
});

describe("a finished run", () => {
  test.each<[Parameters["profile"], number, number]>([
    ["full", 10_000, 10_020],
    ["quick", 1000, 5000],
  ])("of the profile %s has curves on the first %i examples and its end on %i", async (profile, examples, most) => {
    const { iterations: _, ...settings } = small({ batchSize: 1002, evalEvery: 10 });
    const given = { ...settings, epochs: 1, profile };
    const dataset = corners(10_020, 10_010);
    const { record, folder } = await train(network(), dataset, given);
    expect(record.trainCurveSize).toBe(examples);
    expect(record.final).toMatchObject({ train: { size: most }, test: { size: 10_010 } });
    // As a trial finds them that looks at so many.
    const { trainLoss, testLoss } = await trial(network(), dataset, given, { evaluateOn: examples });
    expect([record.trainLoss, record.testLoss]).toEqual([trainLoss, testLoss]);
    expect(loadRecord(join(folder, "record.json")).trainCurveSize).toBe(examples);
  });

  test("leaves a record, live file and event files, and no tensor", async () => {
    const model = network(0.3);
    const before = tf.memory().numTensors;
    const { record, folder } = await train(model, corners(), small());
    expect(tf.memory().numTensors).toBe(before);
    expect(folder).toBe(join(runs, "h6-1b", "full-s1"));
    expect(readdirSync(folder).sort()).toEqual(["live.json", "model", "record.json", "test", "train"]);
    expect(loadRecord(join(folder, "record.json"))).toEqual(JSON.parse(JSON.stringify(record)));
    expect(record).toMatchObject({
      format: 1,
      part: "h6-1b",
      profile: "full",
      seed: 1,
      status: "finished",
      overrides: {},
      data: "corners 300 90",
      trainCurveSize: 300,
      extra: {},
    });
    expect(record.config).toEqual({
      batchSize: 20,
      iterations: 200,
      evalEvery: 50,
      optimizer: small().optimizer,
      precision: "float32",
      mode: "graph",
    });
    expect(record.model.parameters).toBe(4 * 12 + 12 + 12 * 8 + 8 + 8 * 3 + 3);
    expect(record.iterations).toEqual([0, 50, 100, 150, 200]);
    expect(record.code).toMatch(/^[0-9a-f]{64}$/);
    expect(Object.keys(record.versions)).toEqual(["node", "tfjs", "tfjs-node", "tensorflow"]);
    expect(record.final!.test.accuracy).toBeGreaterThan(0.8);
    expect(record.final!.train.size + record.final!.test.size).toBe(390);
    expect(record.final!.predictions.label).toHaveLength(90);
    const right = record.final!.predictions.label.filter((label, i) => label === corners().test.labels[i]).length;
    expect(right / 90).toBeCloseTo(record.final!.test.accuracy, 10);
    for (const writer of ["train", "test"] as const) {
      const events = readEvents(join(folder, writer));
      expect(events.map(({ step }) => step)).toEqual(record.iterations);
      expect(events.map(({ accuracy }) => accuracy)).toEqual(record[`${writer}Accuracy`].map(Math.fround));
      expect(events.map(({ loss }) => loss)).toEqual(record[`${writer}Loss`].map(Math.fround));
    }
    const live = JSON.parse(readFileSync(join(folder, "live.json"), "utf8")) as RunRecord;
    expect([live.status, live.final]).toEqual(["finished", undefined]);
  });

  test("curves and end agree: both look at all examples of a small set, in inference mode", async () => {
    const { record } = await train(network(0.5), corners(), small());
    expect(record.trainAccuracy.at(-1)).toBeCloseTo(record.final!.train.accuracy, 10);
    expect(record.testLoss.at(-1)).toBeCloseTo(record.final!.test.loss, 5);
  });

  test("the first point is before any step, the last after the last, also where they do not divide", async () => {
    const { record } = await train(linear({ inputs: 4, outputs: 3 }), corners(), small({ iterations: 70 }));
    expect(record.iterations).toEqual([0, 50, 70]);
    expect(record.trainLoss[0]).toBeCloseTo(Math.log(3), 6);
  });

  test("epochs are counted in batches", async () => {
    const { record } = await train(
      linear({ inputs: 4, outputs: 3 }),
      corners(),
      small({ iterations: undefined, epochs: 2, batchSize: 40 }),
    );
    expect(record.config).toMatchObject({ epochs: 2, iterations: 15 });
  });

  test("is trained anew: again from the first weights, with the same result", async () => {
    const model = network(0.3);
    const first = await train(model, corners(), small());
    const weights = weightsOf(model);
    const again = await train(model, corners(), small());
    expect(weightsOf(model)).toEqual(weights);
    expect(lasting(again.record)).toEqual(lasting(first.record));
    expect(said).toEqual([]);
  });

  test("weights that somebody set are kept as a start", async () => {
    const model = network();
    await train(model, corners(), small());
    model.setWeights(model.getWeights().map((weight) => weight.mul(0.5)));
    const { record } = await train(model, corners(), small({ iterations: 1 }));
    expect(record.trainAccuracy[0]).toBeGreaterThan(0.6);
  });

  test("graph and eager mode agree", async () => {
    const [graph, eager] = [
      await train(network(0.3), corners(), small({ iterations: 50 })),
      await train(network(0.3), corners(), small({ iterations: 50, mode: "eager" })),
    ];
    expect(graph.record.testLoss.at(-1)).toBeCloseTo(eager.record.testLoss.at(-1)!, 3);
  });
});

describe("gradient steps, by hand", () => {
  const one = { inputs: Float32Array.of(1, -2, 0.5, 3), labels: Uint8Array.of(2), size: 1 };
  const dataset = { name: "one", shape: [4], classes: 3, train: one, test: one, hash: "one" };
  // W = 0: all probabilities are 1/3, dL/dW[j][k] = x[j] (1/3 - [k = label]), dL/db[k] = 1/3 - [k = label].
  const gradient = (j: number, k: number) => (j < 4 ? one.inputs[j] : 1) * (1 / 3 - (k === 2 ? 1 : 0));

  test("plain gradient descent moves by -eta times the gradient", async () => {
    const model = linear({ inputs: 4, outputs: 3 });
    await train(model, dataset, small({ batchSize: 1, iterations: 1, optimizer: { name: "sgd", learningRate: 0.5 } }));
    const [w, b] = weightsOf(model);
    for (let k = 0; k < 3; k++) {
      for (let j = 0; j < 4; j++) expect(w[j * 3 + k]).toBeCloseTo(-0.5 * gradient(j, k), 6);
      expect(b[k]).toBeCloseTo(-0.5 * gradient(4, k), 6);
    }
  });

  test("Adam, two steps in the textbook's form", async () => {
    const eta = 0.1;
    const model = linear({ inputs: 4, outputs: 3 });
    await train(
      model,
      dataset,
      small({
        batchSize: 1,
        iterations: 2,
        optimizer: { name: "adam", learningRate: eta, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
      }),
    );
    const weights = Array.from({ length: 15 }, () => 0);
    const [m, v] = [weights.map(() => 0), weights.map(() => 0)];
    for (const t of [1, 2]) {
      const h = [0, 1, 2].map((k) =>
        [0, 1, 2, 3, 4].reduce((sum, j) => sum + (j < 4 ? one.inputs[j] : 1) * weights[j * 3 + k], 0),
      );
      const sum = h.reduce((total, value) => total + Math.exp(value), 0);
      for (let j = 0; j < 5; j++)
        for (let k = 0; k < 3; k++) {
          const i = j * 3 + k;
          const g = (j < 4 ? one.inputs[j] : 1) * (Math.exp(h[k]) / sum - (k === 2 ? 1 : 0));
          m[i] = 0.9 * m[i] + 0.1 * g;
          v[i] = 0.999 * v[i] + 0.001 * g * g;
          weights[i] -= (eta * (m[i] / (1 - 0.9 ** t))) / (Math.sqrt(v[i] / (1 - 0.999 ** t)) + 1e-8);
        }
    }
    weightsOf(model)
      .flat()
      .forEach((weight, i) => expect(weight).toBeCloseTo(weights[i], 5));
  });
});

describe("watching and stopping", () => {
  test("in each evaluation's callback the model holds the current weights", async () => {
    const model = network();
    const seen: number[] = [];
    await train(model, corners(), small(), {
      onEvaluation: (record) => {
        const { inputs, labels, size } = corners().test;
        const predicted = tf.tidy(() =>
          (model.predict(tf.tensor(inputs, [size, 4])) as tf.Tensor).argMax(1).dataSync(),
        );
        expect(labels.filter((label, i) => label === predicted[i]).length / size).toBeCloseTo(
          record.testAccuracy.at(-1)!,
          10,
        );
        seen.push(record.iterations.at(-1)!);
      },
    });
    expect(seen).toEqual([0, 50, 100, 150, 200]);
  });

  test.each([
    ["Adam", {}],
    ["Nesterov's momentum", { optimizer: { name: "momentum", learningRate: 0.1, nesterov: true } }],
    ["RMSProp, eager", { optimizer: { name: "rmsprop", learningRate: 0.01, momentum: 0.5 }, mode: "eager" }],
  ] as const)("an interrupted run keeps its weights, and goes on to the same end: %s", async (_, changes) => {
    const whole = network(0.3);
    const expected = await train(whole, corners(), small({ part: "h6-1c", ...changes }));

    const model = network(0.3);
    const stop = new AbortController();
    const interrupted = await train(model, corners(), small(changes), {
      signal: stop.signal,
      onEvaluation: ({ iterations }) => void (iterations.at(-1) === 100 && stop.abort()),
    }).catch((error: unknown) => error);
    expect(interrupted).toBeInstanceOf(Interrupted);
    expect(String(interrupted)).toBe(
      "Interrupted: The training of h6-1b was interrupted at iteration 100 of 200: run the cell again to go on " +
        "from there.",
    );
    const { run } = interrupted as Interrupted;
    expect([run.record.status, run.record.progress.iteration, run.record.final]).toEqual([
      "interrupted",
      100,
      undefined,
    ]);
    expect(weightsOf(model)).not.toEqual(weightsOf(network(0.3)));
    expect(existsSync(join(run.folder, "record.json"))).toBe(false);
    expect(existsSync(join(run.folder, "lock"))).toBe(false);
    expect((JSON.parse(readFileSync(join(run.folder, "live.json"), "utf8")) as RunRecord).status).toBe("interrupted");

    const { record } = await train(model, corners(), small(changes));
    expect(said).toEqual(["h6-1b: going on at iteration 100 of 200, from a checkpoint"]);
    expect(weightsOf(model)).toEqual(weightsOf(whole));
    expect(lasting({ ...record, part: "h6-1c" })).toEqual(lasting(expected.record));
    expect(existsSync(join(run.folder, "checkpoint"))).toBe(false);
  });

  test("started anew where a run has finished, leaves that one's event files; a picture takes its own", async () => {
    const { folder, record } = await train(network(), corners(), small());
    const finished = readEvents(join(folder, "train"));
    expect(eventFolder(folder, record)).toBe(folder);
    const again = await train(network(), corners(), small(), { signal: AbortSignal.abort() }).catch((error) => error);
    expect(again).toBeInstanceOf(Interrupted);
    expect(readEvents(join(folder, "train"))).toEqual(finished);
    const beside = eventFolder(folder, (again as Interrupted).run.record);
    expect(beside).not.toBe(folder);
    expect(readEvents(join(beside, "train"))).not.toEqual(finished);
  });

  test("DEEPNETS_FRESH and resume: false throw the checkpoint away", async () => {
    for (const fresh of [() => vi.stubEnv("DEEPNETS_FRESH", "1"), () => undefined]) {
      vi.stubEnv("DEEPNETS_FRESH", "");
      await expect(train(network(), corners(), small(), { signal: AbortSignal.abort() })).rejects.toThrow(Interrupted);
      const resume = fresh() ? undefined : false;
      const { record } = await train(network(), corners(), small({ iterations: 60 }), { resume });
      expect(record.iterations).toEqual([0, 50, 60]);
    }
    expect(said).toEqual([]);
  });

  test("a model made otherwise does not go on from the checkpoint", async () => {
    await expect(train(network(), corners(), small(), { signal: AbortSignal.abort() })).rejects.toThrow(Interrupted);
    await expect(train(network(0.5), corners(), small())).rejects.toThrow(
      /to be of this run but found another model or other initial weights .*npm run reset -- h6-1b/,
    );
  });

  test("the event loop runs, and progress is told", async () => {
    let ticks = 0;
    let start = 0;
    const timer = setInterval(() => ticks++, 5);
    const progress: number[] = [];
    await train(network(), corners(), small({ iterations: 3000, evalEvery: 3000 }), {
      onProgress: ({ iteration, iterations }) => progress.push(iteration / iterations),
      onEvaluation: ({ iterations }) => {
        if (iterations.length === 1) [start, ticks] = [performance.now(), 0];
      },
    });
    const elapsed = performance.now() - start;
    clearInterval(timer);
    expect(progress.at(-1)).toBe(1);
    // Within 100 ms each on an idle machine; half of that on a busy one.
    expect(ticks).toBeGreaterThan(elapsed / 200);
  });
});

describe("bad runs", () => {
  test("a diverging loss ends the run with a sentence, and leaves no lock and no record", async () => {
    const bad = small({ optimizer: { name: "sgd", learningRate: 1e6 }, iterations: 5000 });
    const before = tf.memory().numTensors;
    const model = linear({ inputs: 4, outputs: 3 });
    await expect(train(model, corners(), bad)).rejects.toThrow(
      /^Expected the loss to stay finite and below 22 but found .*\(h6-1b, iteration \d+\): the training diverges; try a smaller learningRate \(now 1000000\)/,
    );
    expect(tf.memory().numTensors - before).toBe(model.getWeights().length);
    expect(
      readdirSync(join(runs, "h6-1b", "full-s1")).filter((name) => name === "lock" || name === "record.json"),
    ).toEqual([]);
  });

  test("inputs that are no numbers", async () => {
    const dataset = corners();
    dataset.test.inputs[9] = Number.NaN;
    await expect(train(network(), dataset, small())).rejects.toThrow(
      "Expected finite inputs but found NaN (example 2 of the test split of corners): correct the data.",
    );
  });

  test("weights that are no numbers end it at the first step", async () => {
    const model = network();
    model.setWeights(model.getWeights().map((weight, i) => (i === 4 ? tf.fill(weight.shape, Number.NaN) : weight)));
    await expect(train(model, corners(), small())).rejects.toThrow(/but found NaN \(h6-1b, iteration 0\)/);
  });

  test("data that do not fit", async () => {
    const dataset = corners();
    await expect(train(network(), { ...dataset, train: { ...dataset.train, size: 299 } }, small())).rejects.toThrow(
      "Expected 1196 input values and 299 labels but found 1200 and 300 (train split of corners",
    );
    const withTrain = (more: object) => train(network(), { ...dataset, train: { ...dataset.train, ...more } }, small());
    await expect(withTrain({ labels: [...dataset.train.labels] })).rejects.toThrow(
      "Expected labels in a typed array but found a plain one (train split of corners): write Uint8Array.from(labels).",
    );
    await expect(withTrain({ inputs: [...dataset.train.inputs] })).rejects.toThrow("write Float32Array.from(inputs).");
    for (const [i, found] of [-1, 0.5, Number.NaN].entries())
      await expect(
        withTrain({ labels: Float32Array.from(dataset.train.labels, (label, k) => (k === i ? found : label)) }),
      ).rejects.toThrow(
        `Expected labels to be whole numbers from 0 on but found ${found} (example ${i} of the train split of corners)`,
      );
    await expect(train(linear({ inputs: 5, outputs: 3 }), dataset, small())).rejects.toThrow(
      "Expected one input of shape [4] per example but the model takes [5]",
    );
    await expect(train(linear({ inputs: 4, outputs: 2 }), dataset, small())).rejects.toThrow(
      "Expected a model with 3 outputs, one for each class of corners, but found 2: give the last layer 3 units.",
    );
  });

  test("a full disk is said so, and the record of before is intact", async () => {
    const { folder, record } = await train(network(), corners(), small());
    const before = readFileSync(join(folder, "record.json"), "utf8");
    // Linux's device that is always full, in the place of the file that is written before it is renamed.
    symlinkSync("/dev/full", join(folder, "record.json.part"));
    await expect(train(network(), corners(), small())).rejects.toThrow(
      /^Expected room on the disk but it is full \(.*record\.json: what was there before is intact\): free some space and run again/,
    );
    expect(readFileSync(join(folder, "record.json"), "utf8")).toBe(before);
    const fill = () => {
      mkdirSync(join(folder, "checkpoint"), { recursive: true });
      if (!existsSync(join(folder, "checkpoint", "checkpoint.bin.part")))
        symlinkSync("/dev/full", join(folder, "checkpoint", "checkpoint.bin.part"));
    };
    await expect(train(network(), corners(), small(), { checkpointEvery: 0, onEvaluation: fill })).rejects.toThrow(
      /checkpoint\.bin: what was there before is intact/,
    );
    expect(record.status).toBe("finished");
  });

  test("a live run keeps a second one out", async () => {
    const first = train(network(), corners(), small({ iterations: 2000 }));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await expect(train(network(), corners(), small())).rejects.toThrow(
      /Expected no other process to train this run but another cell of this process does/,
    );
    await first;
  });
});

describe("annotate", () => {
  test("adds a measurement to record and file, and replaces it", async () => {
    const run = await train(network(), corners(), small());
    await annotate(run, "fresh", { balancedAccuracy: 0.9 });
    await annotate(run, "fresh", { balancedAccuracy: 0.8 });
    await annotate(run, "moved", [1, 2]);
    expect(run.record.extra).toEqual({ fresh: { balancedAccuracy: 0.8 }, moved: [1, 2] });
    expect((JSON.parse(readFileSync(join(run.folder, "record.json"), "utf8")) as RunRecord).extra).toEqual(
      run.record.extra,
    );
  });

  test("refuses what JSON would lose, bad names and unfinished runs", async () => {
    const run = await train(network(), corners(), small());
    await expect(annotate(run, "a", { b: Number.NaN })).rejects.toThrow(
      "Expected finite numbers but found NaN (annotate a, b)",
    );
    await expect(annotate(run, "a", undefined)).rejects.toThrow(
      "Expected a value that JSON can hold but found undefined",
    );
    await expect(annotate(run, "a.b", 1)).rejects.toThrow(
      'Expected a name of letters, digits and underscores but found "a.b"',
    );
    await expect(annotate({ ...run, record: { ...run.record, status: "interrupted" } }, "a", 1)).rejects.toThrow(
      "Expected a finished run but found one that is interrupted",
    );
  });
});

test("a trial finds what a run finds, and leaves nothing", async () => {
  const [model, twin] = [network(0.3), network(0.3)];
  const { record } = await train(model, corners(), small());
  rmSync(join(runs, "h6-1b"), { recursive: true });
  const before = tf.memory().numTensors;
  const found = await trial(twin, corners(), small());
  expect(tf.memory().numTensors).toBe(before);
  expect(found).toMatchObject({
    iterations: record.iterations,
    testAccuracy: record.testAccuracy,
    trainLoss: record.trainLoss,
  });
  expect(weightsOf(twin)).toEqual(weightsOf(model));
  expect(readdirSync(runs)).toEqual([]);
  const some = await trial(network(), corners(), small({ iterations: 10 }), { evaluateOn: 30 });
  expect((some.testAccuracy.at(-1)! * 30) % 1).toBeCloseTo(0, 6);
  await expect(trial(network(), corners(), small(), { signal: AbortSignal.abort() })).rejects.toThrow(
    "The trial was stopped at iteration 0",
  );
});

test(
  "a relative DEEPNETS_RUNS counts from the project's folder: a kernel stands beside its notebook, a command does " +
    "not",
  async () => {
    const project = join(__dirname, "../..");
    vi.spyOn(process, "cwd").mockReturnValue(runs);
    vi.stubEnv("DEEPNETS_RUNS", relative(project, join(runs, "here")));
    const { folder } = await train(linear({ inputs: 4, outputs: 3 }), corners(), small({ iterations: 1 }));
    expect(folder).toBe(join(runs, "here", "h6-1b", "full-s1"));
  },
);
