// Loaded before anything else (node --require), in every process that trains.

// tfjs-node 4.22 calls util.isNullOrUndefined, which Node 22 warns about and Node 23 removed.
require("node:util").isNullOrUndefined = (value) => value === null || value === undefined;

// The engine reads it when it loads. By default it switches oneDNN off on processors without AVX-512 or VNNI (Zen 3,
// say), although oneDNN halves the time of a step of the CNN there too.
process.env.TF_ENABLE_ONEDNN_OPTS ??= "1";
