import { expect, test } from "vitest";
import { parseRequest } from "../../lib/tools/bench/request";

test("without options all networks are measured, in nine rounds of twenty steps, without peers", () => {
  expect(parseRequest([])).toEqual({ networks: ["mlp", "dropout", "cnn", "lstm"], rounds: 9, steps: 20 });
});

test("options choose networks, settings, rounds, files", () => {
  expect(
    parseRequest([
      "--networks",
      "cnn,lstm",
      "--only",
      "graph",
      "--precision",
      "float32",
      "--rounds",
      "3",
      "--steps=5",
      "--json",
      "a.json",
      "--python",
      process.execPath,
    ]),
  ).toEqual({
    networks: ["cnn", "lstm"],
    only: ["graph"],
    precision: "float32",
    rounds: 3,
    steps: 5,
    json: "a.json",
    python: process.execPath,
  });
});

test("what makes no sense is refused in a sentence", () => {
  expect(() => parseRequest(["--networks", "mlp,gan"])).toThrow(
    'Expected networks among mlp, dropout, cnn, lstm but found "gan"',
  );
  expect(() => parseRequest(["--rounds", "0"])).toThrow(
    'Expected --rounds to be a whole number from 1 on but found "0"',
  );
  expect(() => parseRequest(["--precision", "float16"])).toThrow(
    'Expected --precision to be float32 or bfloat16 but found "float16": choose one of the two.',
  );
  expect(() => parseRequest(["--python", "/nowhere/python"])).toThrow(
    "Expected a Python interpreter but found no file /nowhere/python",
  );
  expect(() => parseRequest(["--from", "/nowhere.json"])).toThrow("Expected numbers of an earlier bench");
  expect(() => parseRequest(["--speed"])).toThrow("--speed");
});
