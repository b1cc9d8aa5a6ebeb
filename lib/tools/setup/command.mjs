// Every `npm run` command, after begin.cjs has looked at the project's folder. The rest is loaded within the try, so
// that a failure to load it (too few files may be open, say) becomes one sentence too.
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
