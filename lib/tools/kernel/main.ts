// The kernel's entry: node --require preload.cjs main.js CONNECTION_FILE. The kernelspec that set-up writes says so.
import { quietEngine, tellEngine } from "../../src/base/environment";
import { endWithParent } from "./parent";
import { nameErrorPlaces } from "./stack";
import { threadSetting } from "./threads";
import { tieTimersToCells } from "./timers";
import { loadTypeScript } from "./typescript";

async function start(connectionFile: string): Promise<void> {
  endWithParent();
  const threads = threadSetting();
  if (threads) tellEngine(threads);
  quietEngine();
  // Warnings about packages that we do not own ("punycode is deprecated") do not help the reader of a notebook.
  (process as { noDeprecation?: boolean }).noDeprecation = true;
  nameErrorPlaces();
  tieTimersToCells();
  const cwd = process.cwd();
  const ts = loadTypeScript();
  const { startKernel } = await import("./kernel");
  await startKernel({ connectionFile, cwd, ts });
}

const connectionFile = process.argv[2];
if (!connectionFile) {
  console.error(
    "Expected a Jupyter connection file but found no argument: this program is started by Jupyter (npm run lab).",
  );
  process.exit(1);
}
start(connectionFile).catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
