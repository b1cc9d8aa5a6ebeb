import { describe, expect, test } from "vitest";
import { Random } from "../../lib/src";
import { forward } from "../../lib/src/live/forward";
import type { Dense, Network } from "../../lib/src/live/layers";
import { pack } from "../../lib/src/live/pack";
import { unpack } from "../../lib/src/live/packed";

const stream = new Random([1, 2, 3, 4]);
const normal = (length: number) => Float32Array.from({ length }, () => stream.normal());
const network: Network = {
  layers: [
    {
      kind: "convolution",
      image: [6, 6, 2],
      maps: 3,
      size: 3,
      activation: "relu",
      kernel: normal(54),
      bias: normal(3),
    },
    { kind: "pooling", image: [6, 6, 3], size: 2 },
    { kind: "dense", inputs: 27, outputs: 40, activation: "relu", kernel: normal(27 * 40), bias: normal(40) },
    { kind: "dense", inputs: 40, outputs: 4, activation: "linear", kernel: normal(160), bias: normal(4) },
    { kind: "activation", activation: "softmax" },
  ],
};
const lstm: Network = {
  layers: [
    { kind: "lstm", steps: 4, features: 1, units: 3, kernel: normal(12), recurrent: normal(36), bias: normal(12) },
    { kind: "dense", inputs: 3, outputs: 1, activation: "sigmoid", kernel: normal(3), bias: normal(1) },
  ],
};
const examples = Array.from({ length: 50 }, () => normal(72));
const error = (packed: Network) =>
  Math.max(...examples.flatMap((x) => [...forward(packed, x)].map((y, i) => Math.abs(y - forward(network, x)[i]!))));

describe("a packed network", () => {
  test.each([
    ["a chain of layers", network],
    ["an LSTM", lstm],
  ])("is unpacked as the notebook says it will be: %s", async (_, one) => {
    for (const step of [0, 0.01, 0.5]) {
      const { packed, network: wanted } = pack(one, { step });
      expect(await unpack(JSON.parse(JSON.stringify(packed)))).toEqual(wanted);
    }
  });

  test("keeps every bit with step 0, and loses little with a small step", () => {
    expect(pack(network, { step: 0 }).network).toEqual(network);
    const errors = [0.02, 0.3, 1.5].map((step) => error(pack(network, { step }).network));
    expect(errors[0]).toBeLessThan(0.05);
    expect(errors[1]).toBeGreaterThan(errors[0]!);
    expect(errors[2]).toBeGreaterThan(errors[1]!);
  });

  test("takes fewer bytes the larger the step is", () => {
    const kernel = normal(300 * 300);
    const large: Network = {
      layers: [{ kind: "dense", inputs: 300, outputs: 300, activation: "linear", kernel, bias: normal(300) }],
    };
    const bits = [0, 0.1, 0.5, 2].map((step) => pack(large, { step }).bitsPerWeight);
    expect(bits.map(Math.round)).toEqual([30, 6, 3, 2]);
  });

  test("rounds weights of an always small input more coarsely; the bias takes what that adds", () => {
    const kernel = normal(2 * 400);
    const layer: Dense = { kind: "dense", inputs: 2, outputs: 400, activation: "linear", kernel, bias: normal(400) };
    const moments = [{ mean: Float32Array.of(3, 0.01), meanSquare: Float32Array.of(9.5, 0.0001) }];
    const { network: rounded } = pack({ layers: [layer] }, { step: 0.5, moments });
    const levels = (from: number) => new Set((rounded.layers[0] as Dense).kernel.subarray(from, from + 400)).size;
    expect(levels(0)).toBeGreaterThan(5 * levels(400));
    const mean = Float32Array.of(3, 0.01);
    forward(rounded, mean).forEach((value, i) => expect(value).toBeCloseTo(forward({ layers: [layer] }, mean)[i]!, 4));
  });

  test("that is damaged or cut short is refused", async () => {
    const { packed } = pack(network, { step: 0.1 });
    await expect(unpack({ ...packed, bytes: packed.bytes.slice(0, 400) })).rejects.toThrow();
    await expect(unpack({ ...packed, bytes: "???" })).rejects.toThrow();
    await expect(unpack({ ...packed, tensors: packed.tensors.slice(1) })).rejects.toThrow(/bytes of weights/);
  });
});
