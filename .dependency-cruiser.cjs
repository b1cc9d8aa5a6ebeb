// Which room may import which: npm test keeps these arrows. lib/README.md draws them.
"use strict";

/** Rooms of a folder by what each may import of the others; whatever is not listed it may not. */
function arrows(folder, rooms) {
  return Object.entries(rooms).map(([room, allowed]) => ({
    name: `${folder}/${room}`,
    comment: `${room} imports ${allowed.join(", ") || "no other room"} of ${folder}, and nothing else there.`,
    severity: "error",
    from: { path: `^lib/${folder}/${room}/` },
    to: { path: `^lib/${folder}/`, pathNot: `^lib/${folder}/(${[room, ...allowed].join("|")})[/.]` },
  }));
}

const src = {
  base: [],
  data: ["base"],
  models: ["base", "data"],
  graph: ["base", "data", "models"],
  training: ["base", "parts", "data", "models", "graph"],
  runs: ["base", "parts", "data", "models", "graph", "training"],
  figures: ["base", "parts", "data", "models", "graph", "training", "runs"],
  live: ["base"],
  notebook: ["base", "parts", "data", "models", "graph", "training", "runs", "figures", "live"],
};

const tools = {
  setup: [],
  kernel: ["notebooks"],
  lab: [],
  notebooks: [],
  export: ["notebooks"],
  handin: ["notebooks", "export"],
  sweep: ["notebooks"],
  bench: [],
  reset: [],
};

module.exports = {
  forbidden: [
    ...arrows("src", src),
    ...arrows("tools", tools),
    {
      name: "no-way-back",
      comment: "Tools use the library, the library knows no tool.",
      severity: "error",
      from: { path: "^lib/src/" },
      to: { path: "^lib/tools/" },
    },
    {
      name: "setup-stands-alone",
      comment:
        "Set-up runs before anything is installed or compiled: it imports Node, itself, the one lock and the errors.",
      severity: "error",
      from: { path: "^lib/tools/setup/" },
      to: { pathNot: ["^lib/tools/setup/", "^lib/src/base/(lock-file|errors)\\.cjs$"], dependencyTypesNot: ["core"] },
    },
    {
      name: "binding",
      comment: "Only graph/ touches the engine's native binding.",
      severity: "error",
      from: { path: "^lib/", pathNot: "^lib/src/graph/" },
      to: { path: "tfjs-node/dist/(nodejs_kernel_backend|tfjs_binding)|tfjs_binding\\.node" },
    },
    { name: "no-circle", severity: "error", from: {}, to: { circular: true } },
    {
      name: "listed",
      comment: "A package is named by the package.json that is nearest to who imports it.",
      severity: "error",
      from: { path: "^(lib|test)/" },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown", "unknown"] },
    },
    {
      name: "not-a-dev-dependency",
      comment: "What a command or a cell needs is a dependency; devDependencies serve tests and the style alone.",
      severity: "error",
      from: { path: "^lib/" },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    // start.cjs runs a command that is compiled by then, and reads the compiled list of variables.
    exclude: { path: "lib/dist|[.][.]/dist/|^node_modules/deepnets" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "require", "node", "default"] },
  },
};
