import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  checkEnvironment,
  environmentTable,
  fromEnvironment,
  type VariableName,
  variables,
} from "../../lib/src/base/environment";

import { setUpVariables } from "../../lib/tools/setup/environment.mjs";

const root = join(__dirname, "../..");
const names = Object.keys(variables) as VariableName[];

test("each value as its variable means it; an empty one counts as none", () => {
  const env = {
    DEEPNETS_PROFILE: "quick",
    DEEPNETS_SEED: "0",
    DEEPNETS_SET: "learningRate=0.1",
    DEEPNETS_FRESH: "1",
    DEEPNETS_THREADS: " 2,1 ",
    DEEPNETS_RUNS: "elsewhere/runs",
    DEEPNETS_HANDIN: "/tmp/handin",
    DEEPNETS_BROWSER: "/usr/bin/chromium",
    DEEPNETS_LONG_TESTS: "0",
  };
  const read = Object.fromEntries(
    names.map((name) => [name, fromEnvironment(name, env)]).filter(([, value]) => value !== undefined),
  );
  expect(read).toEqual({
    DEEPNETS_PROFILE: "quick",
    DEEPNETS_SEED: 0,
    DEEPNETS_SET: "learningRate=0.1",
    DEEPNETS_FRESH: true,
    DEEPNETS_THREADS: { intra: 2, inter: 1 },
    DEEPNETS_RUNS: join(root, "elsewhere/runs"),
    DEEPNETS_HANDIN: "/tmp/handin",
    DEEPNETS_BROWSER: "/usr/bin/chromium",
    DEEPNETS_LONG_TESTS: false,
  });
  checkEnvironment(env);
  for (const name of names) expect(fromEnvironment(name, { [name]: "" }), name).toBeUndefined();
});

test.each([
  ["DEEPNETS_PROFILE", "Quick", "full or quick"],
  ["DEEPNETS_SEED", "one", "a whole number from 0 to 2147483647"],
  ["DEEPNETS_SEED", "2147483648", "a whole number from 0 to 2147483647"],
  ["DEEPNETS_SEED", "-1", "a whole number from 0 to 2147483647"],
  ["DEEPNETS_SEED", "1e3", "a whole number from 0 to 2147483647"],
  ["DEEPNETS_SEED", " ", "a whole number from 0 to 2147483647"],
  ["DEEPNETS_FRESH", "yes", "1 or 0"],
  ["DEEPNETS_FRESH", "toString", "1 or 0"],
  ["DEEPNETS_LONG_TESTS", "true", "1 or 0"],
  ["DEEPNETS_THREADS", "2", 'two whole numbers, as in "2,1",'],
  ["DEEPNETS_THREADS", "2,-1", 'two whole numbers, as in "2,1",'],
  ["DEEPNETS_PARENT", "init", "a process id"],
] as const)("%s=%s is refused in one sentence", (name, text, takes) => {
  const sentence = `Expected ${name} to be ${takes} but found "${text}": correct it or unset it.`;
  expect(() => fromEnvironment(name, { [name]: text })).toThrow(sentence);
  expect(() => checkEnvironment({ [name]: text })).toThrow(sentence);
  expect(() => checkEnvironment({ [name]: text })).toThrow(expect.objectContaining({ name: "UserError" }));
});

test("a name that is none of ours is refused, not ignored", () => {
  expect(() => checkEnvironment({ DEEPNETS_SEEDS: "2" })).toThrow(
    /^Expected one of DEEPNETS_PROFILE, DEEPNETS_SEED, .* but found DEEPNETS_SEEDS: correct the name or unset it\.$/,
  );
  checkEnvironment({ PATH: "/bin", DEEP: "1" });
});

const sources = ["lib/src", "lib/tools", "test"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(?:ts|mts|mjs|cjs|py|md)$|Snakefile$/.test(name))
    .map((name) => ({ file: `${folder}/${name}`, text: readFileSync(join(root, folder, name), "utf8") })),
);

test("one file of library and tools reads the environment, one of set-up, and three scripts before", () => {
  const own = sources.filter(({ file }) => /^lib\/(src|tools)\/.*\.([mc]?ts|[mc]js)$/.test(file));
  expect(own.length).toBeGreaterThan(200);
  const code = (text: string) => text.replace(/^\s*(\/\/|\*|\/\*).*$/gm, "");
  const reading = own.filter(({ text }) =>
    /\bprocess\.env\b(?!\.\$\{)|env\??\.?\[?["']?\.?DEEPNETS_|\{[^}]*\bDEEPNETS_\w+[^}]*\} = (?:process\.)?env/.test(
      code(text),
    ),
  );
  expect(reading.map(({ file }) => file).sort()).toEqual([
    "lib/src/base/environment.ts",
    "lib/src/base/lock-file.cjs",
    "lib/tools/kernel/preload.cjs",
    "lib/tools/setup/environment.mjs",
    "lib/tools/setup/start.cjs",
  ]);
});

test("set-up knows its own variables by the names of the table", () => {
  expect([...setUpVariables].sort()).toEqual(names.filter((name) => variables[name].for === "set-up").sort());
});

test("each name that any file says is one of them", () => {
  const pages = ["README.md", "notebooks/README.md", "data/README.md", "lib/README.md"].map((file) => ({
    file,
    text: readFileSync(join(root, file), "utf8"),
  }));
  const said = [...sources, ...pages]
    .filter(({ file }) => file !== "test/base/environment.test.ts")
    .flatMap(({ file, text }) => [...text.matchAll(/DEEPNETS_[A-Z_]*[A-Z]/g)].map(([name]) => ({ file, name })));
  expect(said.length).toBeGreaterThan(100);
  expect(said.filter(({ name }) => !(name in variables))).toEqual([]);
  // And each of them is used somewhere.
  const used = new Set(said.filter(({ file }) => !/environment\.ts$|\.md$/.test(file)).map(({ name }) => name));
  expect(names.filter((name) => !used.has(name))).toEqual([]);
});

test("lib/README.md lists them as they are", () => {
  expect(readFileSync(join(root, "lib/README.md"), "utf8")).toContain(environmentTable());
});
