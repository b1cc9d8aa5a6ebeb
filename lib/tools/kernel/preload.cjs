// Loaded before anything else (node --require), in every process that trains.

// tfjs-node 4.22 calls util.isNullOrUndefined, which Node 22 warns about and Node 23 removed.
require("node:util").isNullOrUndefined = (value) => value === null || value === undefined;

// The engine reads it when it loads. By default it switches oneDNN off on processors without AVX-512 or VNNI (Zen 3,
// say), although oneDNN halves the time of a step of the CNN there too.
process.env.TF_ENABLE_ONEDNN_OPTS ??= "1";

// V8 compiles a function anew, with care, after it has run 132 kB of bytecode. Most processes live for seconds, and the
// compiler of the cells is large: with 600 kB, a kernel's start and first cell cost a fifth less (medians of 7, on two
// cores of an EPYC: 2.93 and 2.3 s of the processor, 1.86 and 1.7 s on the clock).
require("node:v8").setFlagsFromString("--interrupt-budget=600000");
