// tfjs-node 4.22 calls util.isNullOrUndefined, which Node 22 warns about and Node 23 removed. Loaded before it (node --require).
require("node:util").isNullOrUndefined = (value) => value === null || value === undefined;
