import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { settings } from "../../lib/tools/bench/settings";

const all = settings("mlp", { python: "/usr/bin/python3" });

/** What the engine's switch is in the process of a setting of ours, asked there instead of the worker. */
function switchIn(name: string, ours = "1"): string {
  const { command, environment } = all.find((one) => one.name === name)!;
  const [program, ...flags] = command.slice(
    0,
    command.findIndex((part) => part.endsWith("worker.js")),
  );
  // The bench's own process has the switch on, unless its user said otherwise.
  const env = { ...process.env, TF_ENABLE_ONEDNN_OPTS: ours, ...environment };
  return execFileSync(program, [...flags, "-p", "process.env.TF_ENABLE_ONEDNN_OPTS"], { env, encoding: "utf8" }).trim();
}

test("tfjs-node is timed with the engine's own default and with oneDNN switched on, ours with it on", () => {
  expect(switchIn("stock")).toBe("undefined");
  expect(switchIn("stock onednn")).toBe("1");
  expect(switchIn("graph")).toBe("1");
  expect([switchIn("stock", "0"), switchIn("stock onednn", "0")]).toEqual(["undefined", "1"]);
});

test("Keras is timed with the engine's own default and with oneDNN switched on", () => {
  const keras = all.filter(({ family }) => family === "keras");
  expect(
    keras.map(({ environment }) => "TF_ENABLE_ONEDNN_OPTS" in environment && environment.TF_ENABLE_ONEDNN_OPTS),
  ).toEqual([undefined, undefined, undefined, "1"]);
});

test("every setting has a name of its own", () => {
  for (const network of ["mlp", "cnn", "lstm"] as const) {
    const names = settings(network, { python: "/usr/bin/python3" }).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  }
});
