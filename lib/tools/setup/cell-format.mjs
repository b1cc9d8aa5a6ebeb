// The code cells of the notebooks, formatted like every other file. Biome reads no notebooks: the cells go into a
// temporary folder, one file each, and through one process.
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { at } from "./paths.mjs";

/**
 * Code cells, counted from 1 on, that Biome would format differently. Their outputs are bound to their sources, so they
 * are formatted when the notebook next runs; then their entry goes.
 *
 * @type {Set<string>}
 */
const asTheyStand = new Set();

/**
 * Which code cells are not as Biome formats them.
 *
 * @param format Runs `biome format` with these arguments, to its end; returns what it said when it failed.
 * @returns One sentence per cell, and per exception that is no longer one.
 */
export async function unformattedCells(format, { notebooks = at("notebooks"), exceptions = asTheyStand } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "deepnets-cells-"));
  try {
    const settings = { root: true, extends: [at(".biome.jsonc")], vcs: { enabled: false } };
    // Biome looks for its plugins beside the settings that extend ours.
    for (const plugin of readdirSync(at(".")).filter((name) => name.endsWith(".grit")))
      copyFileSync(at(plugin), join(folder, plugin));
    writeFileSync(join(folder, "biome.json"), JSON.stringify(settings));
    mkdirSync(join(folder, "cells"));
    const sources = new Map();
    for (const file of readdirSync(notebooks).filter((name) => name.endsWith(".ipynb"))) {
      const { cells } = JSON.parse(readFileSync(join(notebooks, file), "utf8"));
      const code = cells.filter(({ cell_type }) => cell_type === "code");
      for (const [i, { source }] of code.entries())
        sources.set(`${basename(file, ".ipynb")} ${i + 1}`, Array.isArray(source) ? source.join("") : source);
    }
    for (const [cell, source] of sources) writeFileSync(join(folder, "cells", `${cell}.ts`), `${source}\n`);
    const failure = await format(["format", "--write", `--config-path=${folder}`, join(folder, "cells")]);
    if (failure) return [`Expected Biome to format the code cells but it failed: ${failure}`];
    const wrong = [...sources].filter(
      ([cell, source]) => readFileSync(join(folder, "cells", `${cell}.ts`), "utf8") !== `${source}\n`,
    );
    const found = new Set(wrong.map(([cell]) => cell));
    return [
      ...[...found]
        .filter((cell) => !exceptions.has(cell))
        .map((cell) => `Expected code cell ${cell} as Biome formats it: copy it into a .ts file and format that.`),
      ...[...exceptions]
        .filter((cell) => sources.has(cell) && !found.has(cell))
        .map(
          (cell) =>
            `Expected code cell ${cell} to need its exception but found it formatted: take it off the list in ` +
            "lib/tools/setup/cell-format.mjs.",
        ),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
