import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { findBrowser } from "../../src/notebook/browser";

export const options = { "no-browser": { type: "boolean" } } as const;

const root = resolve(__dirname, "../../../..");

/** `npm test`: all tests, headless. `-- WORD`: only test files whose path holds the word. `--no-browser` accepts that no browser is there. */
export async function main(argv: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: argv, options, allowPositionals: true });
  // npm reads `--no-browser` as its own option `browser`, switched off.
  const accepted = values["no-browser"] || (process.env.npm_lifecycle_event === "test" && process.env.npm_config_browser === "");
  const browser = findBrowser();
  const code = await vitest(positionals, browser);
  if (browser || accepted) return code;
  console.error(
    "No Chromium-family browser was found, so the tests listed as skipped above did not run: install Chromium, Chrome or Edge, name one in DEEPNETS_BROWSER, or accept it with npm test -- --no-browser.",
  );
  return 1;
}

function vitest(filters: readonly string[], browser: string | undefined): Promise<number> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [join(root, "node_modules/vitest/vitest.mjs"), "run", "--config", join(root, "test/vitest.config.ts"), ...filters], {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, DEEPNETS_BROWSER: browser ?? "" },
    });
    child.on("close", (code) => done(code ?? 1));
  });
}
