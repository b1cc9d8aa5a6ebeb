// Node 23 removed util.isNullOrUndefined, which tfjs-node 4.22 still calls. Loaded before it (node --require).
const util = require("node:util");
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
