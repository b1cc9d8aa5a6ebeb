// Loaded before anything else (node --require), in every process that trains.

// tfjs-node 4.22 calls util.isNullOrUndefined, which Node 22 warns about and Node 23 removed.
require("node:util").isNullOrUndefined = (value) => value === null || value === undefined;

// The engine reads it when it loads. Its own default is "off" on processors without AVX-512 or VNNI (Zen 3, say), where
// oneDNN takes half the time for a step of the CNN all the same.
process.env.TF_ENABLE_ONEDNN_OPTS ??= "1";
