import * as tf from "@tensorflow/tfjs-node";
import { describe, expect, test } from "vitest";
import { trace } from "../../lib/src/graph/trace";
import { stream } from "./networks";

const numbers = (size: number, seed = 1): Float32Array =>
  Float32Array.from({ length: size }, stream(seed)).map((x) => 2 * x - 1);
const sgd = { name: "sgd", learningRate: 0.1 } as const;

test("the example of the documentation: linear regression in five lines", () => {
  const w = tf.variable(tf.zeros([3, 1]));
  const graph = trace(
    {
      step: {
        inputs: { x: [2, 3], y: [2, 1] },
        minimize: ({ x, y }) => tf.losses.meanSquaredError(y, tf.matMul(x, w)),
      },
    },
    { variables: [w], optimizer: sgd },
  );
  const data = { x: Float32Array.of(1, 2, 3, 4, 5, 6), y: Float32Array.of(1, 0) };
  expect(graph.run("step", data).loss[0]).toBe(0.5);
  expect(w.dataSync()).toEqual(new Float32Array(3));
  graph.sync();
  // The gradient is x^T (xw - y): [-1, -2, -3]; one step of 0.1.
  [0.1, 0.2, 0.3].forEach((value, i) => expect(w.dataSync()[i]).toBeCloseTo(value, 6));
  expect(graph.iteration).toBe(1);
  graph.dispose();
  w.dispose();
});

test("a step of one's own, with tfjs's stock layers, losses and reductions, agrees with tfjs run op by op", () => {
  const model = tf.sequential({
    layers: [
      tf.layers.conv1d({
        filters: 4,
        kernelSize: 3,
        inputShape: [10, 2],
        activation: "elu",
        kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }),
      }),
      tf.layers.batchNormalization(),
      tf.layers.globalAveragePooling1d(),
      tf.layers.dense({ units: 3, activation: "tanh", kernelInitializer: tf.initializers.glorotUniform({ seed: 2 }) }),
    ],
  });
  const variables = Object.fromEntries(model.weights.map((weight) => [weight.name, weight.read() as tf.Variable]));
  const before = model.getWeights().map((weight) => weight.dataSync());
  const loss = ({ x, y }: Record<string, tf.Tensor>) =>
    tf.losses.huberLoss(y, model.apply(x, { training: true }) as tf.Tensor);
  const graph = trace(
    {
      step: { inputs: { x: [8, 10, 2], y: [8, 3] }, minimize: loss },
      predict: {
        inputs: { x: [4, 10, 2] },
        compute: ({ x }) => ({ y: model.apply(x) as tf.Tensor, largest: tf.max(x) }),
      },
    },
    { variables, optimizer: sgd },
  );
  // Tracing itself moves nothing, not even the moving averages of batch normalisation.
  model.getWeights().forEach((weight, i) => expect(weight.dataSync()).toEqual(before[i]));
  const optimizer = tf.train.sgd(0.1);
  for (let i = 0; i < 5; i++) {
    const [x, y] = [numbers(160, i), numbers(24, i + 50)];
    const eager = tf.tidy(
      () =>
        optimizer
          .minimize(() => loss({ x: tf.tensor(x, [8, 10, 2]), y: tf.tensor(y, [8, 3]) }) as tf.Scalar, true)!
          .dataSync()[0],
    );
    expect(graph.run("step", { x, y }).loss[0]).toBeCloseTo(eager, 5);
  }
  const eagerWeights = model.getWeights().map((weight) => weight.dataSync());
  const x = numbers(80, 9);
  const expected = tf.tidy(() => (model.apply(tf.tensor(x, [4, 10, 2])) as tf.Tensor).dataSync());
  const { y, largest } = graph.run("predict", { x });
  expected.forEach((value, i) => expect(y[i]).toBeCloseTo(value, 5));
  expect(largest[0]).toBe(Math.max(...x));
  graph.sync();
  model
    .getWeights()
    .forEach((weight, k) => eagerWeights[k].forEach((value, i) => expect(weight.dataSync()[i]).toBeCloseTo(value, 5)));
  graph.dispose();
  model.dispose();
});

describe("what a trace refuses", () => {
  const w = tf.variable(tf.ones([2]));
  const compile = (compute: (x: tf.Tensor) => tf.Tensor, variables: tf.Variable[] = [w]) =>
    trace({ run: { inputs: { x: [2] }, compute: ({ x }) => ({ y: compute(x) }) } }, { variables });

  test("a random number that JavaScript drew, naming op and place", () => {
    const draw = stream(3);
    expect(() => compile((x) => x.mul(w).mul(draw()))).toThrow(/op \d+ \(Const|op \d+ \(Mul/);
    expect(() => compile((x) => x.mul(w).mul(draw()))).toThrow(/trace\.test\.ts|differs/);
    expect(() => compile((x) => x.mul(tf.dropout(w, 0.5)))).toThrow(
      "Expected two traces with other inputs to be alike",
    );
  });

  test("a branch that depends on something outside", () => {
    let calls = 0;
    expect(() => compile((x) => (calls++ % 2 === 0 ? x.add(w) : x.sub(w)))).toThrow(
      /Add in the first, Sub in the second/,
    );
    expect(() => compile((x) => (calls++ % 2 === 0 ? x.add(w) : x.add(w).add(w)))).toThrow("ended before it");
  });

  test("reading a value, an unlisted variable, another trace inside", () => {
    expect(() => compile((x) => x.mul(x.dataSync()[0]))).toThrow("reads a tensor's values in JavaScript");
    const other = tf.variable(tf.ones([2]), true, "forgotten");
    other.dataSync();
    expect(() => compile((x) => x.mul(w).add(other))).toThrow(
      'Expected variable "forgotten" among the traced variables',
    );
    expect(() =>
      compile((x) => {
        compile((y) => y.mul(w));
        return x;
      }),
    ).toThrow("Expected no trace under way but found one");
    other.dispose();
  });

  test("an op that the engine refuses, naming op and place", () => {
    const unknown = (x: tf.Tensor) => {
      const backend = tf.backend() as unknown as {
        executeSingleOutput(name: string, attributes: object[], inputs: tf.Tensor[]): tf.Tensor;
      };
      // Without T the eager engine guesses it; a graph does not.
      return backend.executeSingleOutput("Atan2", [], [x, x]);
    };
    expect(() => compile(unknown)).toThrow(
      /Expected a graph that the engine accepts but it refused one op \(Atan2, called at .*trace\.test\.ts/,
    );
  });

  test("and after each refusal tfjs works as before", () => {
    expect(Array.from(tf.tidy(() => tf.add(w, 1).dataSync()))).toEqual([2, 2]);
  });
});

test("a graph keeps its shapes, names and element types, and says so", () => {
  const w = tf.variable(tf.ones([2]));
  const graph = trace(
    { run: { inputs: { x: [2], n: { shape: [], dtype: "int32" } }, compute: ({ x, n }) => ({ y: x.mul(w).mul(n) }) } },
    { variables: { w } },
  );
  expect(Array.from(graph.run("run", { x: Float32Array.of(1, 2), n: Int32Array.of(3) }).y)).toEqual([3, 6]);
  expect(() => graph.run("run", { x: new Float32Array(3), n: Int32Array.of(3) })).toThrow(
    'Expected float32 [2] but found float32 with 3 values (input "x")',
  );
  expect(() => graph.run("run", { x: new Float32Array(2), n: Float32Array.of(3) })).toThrow(
    "Expected int32 [] but found float32",
  );
  expect(() => graph.run("run", { x: new Float32Array(2) })).toThrow('found nothing (input "n")');
  expect(() => graph.run("run", { x: new Float32Array(2), n: Int32Array.of(3), z: new Float32Array(1) })).toThrow(
    'but found "z"',
  );
  expect(() => graph.run("walk", {})).toThrow('Expected one of the functions run but found "walk"');
  expect(() => graph.write([{ name: "w", shape: [3], values: new Float32Array(3) }])).toThrow(
    "Expected w [2] but found w [3]",
  );
  graph.dispose();
  expect(() => graph.run("run", { x: new Float32Array(2), n: Int32Array.of(3) })).toThrow("disposed");
  expect(() => graph.read()).toThrow("disposed");
  w.dispose();
});

test("minimize wants a scalar and an optimizer", () => {
  const w = tf.variable(tf.ones([2]));
  const make = (loss: () => tf.Tensor, optimizer?: typeof sgd) => () =>
    trace({ step: { inputs: {}, minimize: loss } }, { variables: [w], optimizer });
  expect(make(() => w.square(), sgd)).toThrow("Expected the loss to be a scalar but found shape [2]");
  expect(make(() => w.square().sum())).toThrow("Expected an optimizer but found none");
  expect(() => trace({ step: { inputs: {} } }, { variables: [w] })).toThrow(
    'Expected "minimize" or "compute" but found neither',
  );
  w.dispose();
});

test("written values are copies: the caller's array and the variable do not share memory", () => {
  const w = tf.variable(tf.zeros([64]));
  const graph = trace({ step: { inputs: {}, minimize: () => tf.sum(w) } }, { variables: { w }, optimizer: sgd });
  const values = new Float32Array(64).fill(1);
  graph.write([{ name: "w", shape: [64], values }]);
  graph.run("step");
  expect(values).toEqual(new Float32Array(64).fill(1));
  values.fill(7);
  expect(graph.read()[0].values[0]).toBeCloseTo(0.9, 6);
  graph.dispose();
  w.dispose();
});

test("rows and summary show what a graph is made of", () => {
  const w = tf.variable(tf.zeros([3, 1]));
  const graph = trace(
    { step: { inputs: { x: [2, 3] }, minimize: ({ x }) => tf.mean(tf.square(tf.matMul(x, w))) } },
    { variables: { w }, optimizer: sgd },
  );
  const rows = graph.rows("step");
  const { nodes, edges, operations } = graph.summary("step");
  expect(nodes).toBe(rows.length);
  expect(edges).toBe(rows.reduce((sum, row) => sum + row.inputs.length, 0));
  expect(operations.ResourceApplyGradientDescent).toBe(1);
  expect(operations.VarHandleOp).toBe(1);
  expect(operations.BatchMatMulV2).toBe(2);
  // Each node comes after the nodes that it takes from.
  rows.forEach((row, i) =>
    row.inputs.forEach((name) => expect(rows.slice(0, i).some((other) => other.name === name)).toBe(true)),
  );
  graph.dispose();
  w.dispose();
});

test("many tfjs ops trace to what they give op by op", () => {
  const ops: Record<string, (x: tf.Tensor2D) => tf.Tensor> = {
    activations: (x) =>
      tf.addN([
        tf.selu(x),
        tf.softplus(x),
        tf.leakyRelu(x, 0.1),
        tf.prelu(x, tf.tensor([0.2, 0.2, 0.2, 0.2, 0.2, 0.2])),
        tf.relu6(x),
        tf.softmax(x),
        tf.logSoftmax(x),
      ]),
    reductions: (x) => tf.stack([tf.sum(x), tf.mean(x), tf.min(x), tf.max(x), tf.prod(x), tf.logSumExp(x), tf.norm(x)]),
    shapes: (x) =>
      tf.concat(
        [
          x.reverse(1).transpose(),
          tf
            .pad(x, [
              [1, 1],
              [0, 0],
            ])
            .slice([0, 0], [6, 4]),
          x.tile([1, 1]).reshape([6, 4]),
        ],
        1,
      ),
    choices: (x) =>
      tf
        .where(tf.logicalAnd(tf.greater(x, 0), tf.notEqual(x, 1)), x, tf.neg(x))
        .add(tf.gather(x, [3, 2, 1, 0]))
        .add(tf.oneHot(tf.argMax(x, 1), 6)),
    slices: (x) => tf.stridedSlice(x, [0, 0], [4, 6], [2, 3]).add(tf.cumsum(x).slice([0, 0], [2, 2])),
    convolutions: (x) =>
      tf
        .depthwiseConv2d(x.reshape([1, 4, 6, 1]) as tf.Tensor4D, tf.ones([2, 2, 1, 2]), 1, "same")
        .add(tf.avgPool(x.reshape([1, 4, 6, 1]) as tf.Tensor4D, 2, 1, "same")),
    algebra: (x) =>
      tf
        .einsum("ij,kj->ik", x, x)
        .add(tf.matMul(x, x, false, true))
        .add(tf.linalg.bandPart(tf.matMul(x, x, false, true), 1, 1)),
    norms: (x) => tf.batchNorm(x, tf.mean(x, 0), tf.moments(x, 0).variance, tf.zeros([6]), tf.ones([6]), 1e-3),
    splits: (x) => tf.add(tf.split(x, 3, 1)[1], tf.unstack(x, 1)[4].expandDims(1)),
  };
  const values = numbers(24);
  const expected = tf.tidy(() => Object.values(ops).map((op) => op(tf.tensor2d(values, [4, 6])).dataSync()));
  const graph = trace(
    {
      run: {
        inputs: { x: [4, 6] },
        compute: ({ x }) => Object.fromEntries(Object.entries(ops).map(([name, op]) => [name, op(x as tf.Tensor2D)])),
      },
    },
    { variables: [] },
  );
  const results = graph.run("run", { x: values });
  Object.keys(ops).forEach((name, k) => {
    expect(results[name].length, name).toBe(expected[k].length);
    expected[k].forEach((value, i) => expect(results[name][i], `${name} ${i}`).toBeCloseTo(value, 4));
  });
  graph.dispose();
});
