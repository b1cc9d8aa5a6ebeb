// `npm test`: types, lint, format and arrows first, then all tests, headless. `npm test -- WORD`: only the test files
// whose path holds the word. `npm run test:long`: what proves only length (minutes to hours), in place of all others.

import { spawn } from "node:child_process";
import { findBrowser } from "./browser.mjs";
import { inherited, npmOption, npmScript } from "./environment.mjs";
import { engineNoise } from "./noise.mjs";
import { at, root } from "./paths.mjs";
import { running } from "./run.mjs";
import { checkStyle } from "./style.mjs";

export async function test(argv, { long = false } = {}) {
  // npm reads a `--no-browser` without `--` as its own option `browser`, switched off.
  const accepted = argv.includes("--no-browser") || (npmScript() === "test" && npmOption("browser") === "");
  const browser = findBrowser();
  const words = argv.filter((word) => word !== "--no-browser");
  if (words.length === 0 && !long) {
    const failures = await checkStyle();
    // In under a minute: nobody waits for tests of what the compiler refuses.
    if (failures !== "") {
      console.error(`\n${failures}`);
      return 1;
    }
  }
  const code = await vitest(words, {
    ...(browser && { DEEPNETS_BROWSER: browser }),
    ...(long && { DEEPNETS_LONG_TESTS: "1" }),
  });
  if (browser || accepted || code !== 0) return code;
  console.error(
    "The tests listed as not run need a Chromium-family browser: install Chromium, Chrome or Edge, name one in " +
      "DEEPNETS_BROWSER, or accept it with npm test -- --no-browser.",
  );
  return 1;
}

function vitest(argv, env) {
  return new Promise((done) => {
    const child = spawn(
      process.execPath,
      [at("node_modules/vitest/vitest.mjs"), "run", "--config", at("test/vitest.config.mts"), ...argv],
      {
        cwd: root,
        stdio: ["ignore", "inherit", "pipe"],
        env: inherited(env),
      },
    );
    // Whoever ends this command, or the npm above it, ends vitest.
    running.add(child);
    child.stderr.pipe(engineNoise()).pipe(process.stderr);
    child.on("close", (code) => {
      running.delete(child);
      done(code ?? 1);
    });
  });
}
