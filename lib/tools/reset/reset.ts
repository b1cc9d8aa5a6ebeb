import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { UserError } from "../../src/base/errors.cjs";
import { claimOf, holderOf } from "../../src/base/lock";
import { findPart, trainedParts } from "../../src/parts";
import { hasCheckpoint } from "../../src/runs/checkpoint";
import { runsFolder } from "../../src/runs/places";

/** What `npm run reset` takes besides its options. */
export const words = "PART ...";

/** The options of `npm run reset`. */
export const options = {} as const;

const known = trainedParts.map(({ id }) => id).join(", ");

/**
 * `npm run reset -- h6-1b`: deletes the checkpoints and records of parts, of all profiles and seeds.
 *
 * @returns The exit code 0.
 * @throws UserError When no part is named, a name is wrong, or one of the runs is under way.
 */
export async function main(argv: string[]): Promise<number> {
  const { positionals } = parseArgs({ args: argv, options, allowPositionals: true });
  if (positionals.length === 0)
    throw new UserError(
      `Expected the parts to reset (${known}) but found none: name some, as in npm run reset -- h6-1b.`,
    );
  const wanted = positionals.map((word) => {
    const part = findPart(word);
    return part?.sheet ? part.id : unknown(word);
  });
  const folders = [...new Set(wanted)].flatMap((part) =>
    runsOf(part).map((name) => ({ part, name, folder: join(runsFolder(), part, name) })),
  );
  for (const { part, name, folder } of folders) {
    const holder = holderOf(folder) ?? claimOf(folder);
    if (holder)
      throw new UserError(
        `Expected no run of ${part} under way but process ${holder.pid} on ${holder.host} is at ${name}: stop it ` +
          "first; nothing was thrown away.",
      );
  }
  for (const { part, name, folder } of folders) {
    const what = [existsSync(join(folder, "record.json")) && "record", hasCheckpoint(folder) && "checkpoint"]
      .filter(Boolean)
      .join(" and ");
    rmSync(folder, { recursive: true, force: true });
    console.log(`${part}: threw away ${name}${what && ` (${what})`}`);
  }
  for (const part of new Set(wanted))
    if (!folders.some((one) => one.part === part)) console.log(`${part}: there was nothing to throw away`);
  return 0;
}

// Only folders with the name of a run: a part's folder may hold other files that are not ours to delete.
function runsOf(part: string): string[] {
  const folder = join(runsFolder(), part);
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /^(full|quick)-s\d+(-[0-9a-f]{8})?$/.test(name))
        .sort()
    : [];
}

function unknown(word: string): never {
  throw new UserError(`Expected one of ${known} but found "${word}": name a part that leaves runs.`);
}
