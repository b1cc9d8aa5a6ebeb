// Every `npm run` command starts here. The rest is loaded afterwards, so that a failure to load it is one sentence too:
// where a process may open too few files, say.
import { sentenceOf } from "../../src/base/errors.cjs";

try {
  const { run } = await import("./commands.mjs");
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const said = sentenceOf(error);
  if (said === undefined) throw error;
  console.error(said);
  process.exitCode = 1;
}
