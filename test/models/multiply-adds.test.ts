import { expect, test } from "vitest";
import { describe } from "../../lib/src/models/describe";
import * as models from "../../lib/src/models/factories";
import { multiplyAdds } from "../../lib/src/models/multiply-adds";

const of = (model: Parameters<typeof describe>[0]) => multiplyAdds(describe(model).layers);

test("a dense network multiplies once with each weight", () => {
  expect(of(models.linear())).toBe(784 * 10);
  const mlp = models.mlp({ hidden: [1500, 1500, 1500], weights: { stddev: 0.01 }, threshold: -0.1, seed: 1 });
  expect(of(mlp)).toBe(784 * 1500 + 2 * 1500 * 1500 + 1500 * 10); // 5,691,000
});

test("a convolution multiplies once with each weight for each pixel", () => {
  const cnn = models.cnn({ weights: { stddev: 0.01 }, threshold: -0.1, seed: 1 });
  expect(of(cnn)).toBe(28 * 28 * 25 * 32 + 14 * 14 * 25 * 32 * 64 + 7 * 7 * 64 * 10); // 10,693,760
});

test("what cannot be counted from its shape is refused", () => {
  expect(() => multiplyAdds([{ type: "LSTM", outputShape: [null, 200], parameters: 161_600 }])).toThrow(
    "Expected dense layers and convolutions but found LSTM with weights (multiplyAdds): count",
  );
});
