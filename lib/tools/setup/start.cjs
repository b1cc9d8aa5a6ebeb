// Runs one compiled command: node start.cjs FILE NAME ...ARGV. Prints what a user can mend as one line.
const { sentenceOf } = require("../../src/base/errors.cjs");
const { watchOutput } = require("./output.cjs");

// An error that nobody awaits (a program that cannot be started, say) is reported like any other.
process.on("uncaughtException", (error) => fail(sentenceOf(error) ?? error?.stack ?? String(error)));
const lostOutput = watchOutput();

// A command that handles no signals ends at one, but in order: the event "exit" reaches what it started.
for (const [signal, code] of Object.entries({ SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }))
  process.on(signal, () => process.listenerCount(signal) === 1 && process.exit(code));

const [file, name, ...given] = process.argv.slice(2);
const { main, options = {}, words = "" } = require(file);

// npm keeps an option that is given without `--` to itself and leaves it in the environment: `npm run handin --quick`.
const argv = [...given];
for (const [option, { type }] of Object.entries(options)) {
  const value = process.env[`npm_config_${option.replaceAll("-", "_")}`];
  const said = given.some((word) => word === `--${option}` || word.startsWith(`--${option}=`));
  if (process.env.npm_lifecycle_event !== name || value === undefined || value === "" || value === "false" || said)
    continue;
  if (type === "boolean") argv.push(`--${option}`, ...(value === "true" ? [] : [value]));
  else if (value === "true")
    fail(`Expected --${option} VALUE but npm kept the option to itself: write npm run ${name} -- --${option} VALUE.`);
  else argv.push(`--${option}`, value);
}

/** The command's help: how it is called, then a line per option. */
function usage() {
  const lines = Object.entries(options).map(([option, { type, help }]) => [
    `  --${option}${type === "string" ? " VALUE" : ""}`,
    help,
  ]);
  const width = Math.max(...lines.map(([left]) => left.length)) + 2;
  const use = [
    "npm run",
    name,
    ...(words || lines.length ? ["--"] : []),
    ...(words ? [words] : []),
    ...(lines.length ? ["[OPTIONS]"] : []),
  ];
  return [use.join(" "), ...lines.map(([left, help]) => left.padEnd(width) + help)].join("\n");
}

// When the process that started us is killed, nobody else would stop us.
process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
process.channel?.unref();

function fail(message) {
  console.error(message);
  process.exit(1);
}

async function run() {
  if (argv.includes("--help") || argv.includes("-h")) {
    console.log(usage());
    return 0;
  }
  require("../../dist/src/base/environment.js").checkEnvironment();
  return main(argv);
}

run()
  .then(async (code) => {
    const lost = await lostOutput();
    if (lost) fail(lost);
    process.exit(code);
  })
  .catch((error) => {
    // parseArgs names the option or word that it does not take; its advice on quoting does not help here.
    if (/^ERR_PARSE_ARGS/.test(error?.code ?? ""))
      fail(`${error.message.split(". To specify")[0].replace(/\.$/, "")}. How it is called:\n${usage()}`);
    fail(sentenceOf(error) ?? error?.stack ?? String(error));
  });
