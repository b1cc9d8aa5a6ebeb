// The errors that a user can mend. The compiled library and set-up both use this file, set-up before anything is
// installed. So it is plain JavaScript, and errors.d.cts describes it.

class UserError extends Error {
  name = "UserError";
}

// Sentences for the system's errors, by code. `what` is "write", "read" or, if unknown, "open".
const full = ({ place }) =>
  `Expected room on the disk but it is full (${place}): free some space and run again; what was finished is kept.`;

const ways = {
  write:
    "give yourself the right to write there, copy the project to a folder of your own, or name another folder " +
    "(DEEPNETS_RUNS for records, DEEPNETS_HANDIN for pages)",
  read: "give yourself the right to read it",
};
const forbidden = ({ code, place, what }) =>
  `Expected to be allowed to ${what} but was not (${code}, ${place}): ${ways[what] ?? ways.write}.`;

const tooMany = ({ code, place }) =>
  `Expected to open one more file but this process may not (${code}, ${place}): close other programs, or raise ` +
  "the limit (ulimit -n 1024), and run the command again; what was finished is kept.";

const noMemory = ({ code, place, what }) =>
  `Expected memory and a free process to ${what} but found none (${code}, ${place}): close other programs, or ` +
  "raise the limit (ulimit -v, ulimit -u), and run the command again; what was finished is kept.";

const tooLarge = ({ code, place }) =>
  `Expected to write a larger file but this process may not (${code}, ${place}): raise the limit (ulimit -f ` +
  "unlimited) and run the command again; what was finished is kept.";

const noDevice = ({ code, place }) =>
  `Expected the disk or network drive to answer but it reports a fault (${code}, ${place}): look at the drive, or ` +
  "copy the project to another one, and run the command again.";

const noPath = ({ code, place }) =>
  `Expected a path that the system can follow but found one too long, or links that lead in a circle (${code}, ` +
  `${place}): shorten or mend it, and run the command again.`;

const noFile = ({ code, place }) =>
  `Expected a file or folder but something else has its name (${code}, ${place}): rename or remove that, and run ` +
  "the command again.";

const sentences = {
  ENOSPC: full,
  EDQUOT: full,
  EACCES: forbidden,
  EROFS: forbidden,
  EPERM: forbidden,
  EMFILE: tooMany,
  ENFILE: tooMany,
  ENOMEM: noMemory,
  EAGAIN: noMemory,
  EFBIG: tooLarge,
  EIO: noDevice,
  ESTALE: noDevice,
  ENAMETOOLONG: noPath,
  ELOOP: noPath,
  EEXIST: noFile,
  ENOTDIR: noFile,
  EISDIR: noFile,
};

/** See errors.d.cts. */
function explained(error, place, what = "write") {
  // Where a file system is read-only, Node's recursive mkdir says that a folder is missing.
  const code = error.code === "ENOENT" && error.syscall === "mkdir" ? "EROFS" : error.code;
  const sentence = Object.hasOwn(sentences, code ?? "") ? sentences[code] : undefined;
  return sentence ? new UserError(sentence({ code, place, what }), { cause: error }) : error;
}

/** See errors.d.cts. */
function sentenceOf(error) {
  // By name, since a command has the class of the compiled library, and set-up its own.
  if (error?.name === "UserError") return error.message;
  if (!(error instanceof Error)) return undefined;
  // An error of a copy names both files; the second is the one that cannot be written.
  const written = ["ENOSPC", "EDQUOT", "EROFS"].includes(error.code) ? error.dest : undefined;
  const known = explained(error, written ?? error.path ?? error.dest ?? error.syscall ?? "while it ran", "open");
  if (known !== error) return known.message;
  if (/Array buffer allocation failed|bad_alloc|Cannot allocate memory|out of memory/i.test(error.message))
    return sentences.ENOMEM({ code: error.message, place: "while it ran", what: "go on" });
  return undefined;
}

module.exports = { explained, sentenceOf, UserError };
