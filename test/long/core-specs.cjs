// Runs a bundle of tfjs-core's specs in jasmine, and prints what came out as one line of JSON.
const { readFileSync } = require("node:fs");

const bundle = process.argv[2];
const jasmineCore = require("jasmine-core");
jasmineCore.boot(jasmineCore);

// The specs that tfjs-node itself leaves out: what TensorFlow does not have.
const list = readFileSync(require.resolve("@tensorflow/tfjs-node/dist/run_tests.js"), "utf8");
const ignored = new Function(`return ${/var IGNORE_LIST = (\[[\s\S]*?\n\]);/.exec(list)[1]}`)();

// Pending are those that tfjs itself switched off.
const counts = { passed: 0, failed: 0, pending: 0 };
const failures = [];
const environment = globalThis.jasmine.getEnv();
environment.configure({
  random: false,
  specFilter: (spec) => !ignored.some((name) => spec.getFullName().includes(name)),
});
environment.addReporter({
  specDone({ status, fullName, failedExpectations }) {
    if (status in counts) counts[status]++;
    if (status !== "failed") return;
    failures.push(`${fullName}: ${failedExpectations[0]?.message}`);
  },
  suiteDone({ fullName, failedExpectations }) {
    for (const { message } of failedExpectations ?? []) failures.push(`${fullName}: ${message}`);
  },
  jasmineDone({ failedExpectations }) {
    for (const { message } of failedExpectations ?? []) failures.push(`outside a spec: ${message}`);
    console.log(`RESULT ${JSON.stringify({ ...counts, failures })}`);
  },
});
require(bundle);
environment.execute();
