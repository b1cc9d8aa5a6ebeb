// What a user can mend, as one sentence; a stack is for a fault of ours.

/** The sentence for an error, or undefined when it has none. */
exports.sentence = (error) => {
  if (error?.name === "UserError" || error?.constructor?.name === "SetupError") return error.message;
  if (error?.cause?.code) return error.message; // the system's error, already put into a sentence
  const again = "and run the command again; what was finished is kept.";
  const what = error?.path ?? error?.dest;
  switch (error?.code) {
    case "ENOSPC":
    case "EDQUOT":
      return `The disk is full (${what ?? "while writing"}): free some space ${again}`;
    case "EROFS":
    case "EACCES":
    case "EPERM":
      return `Expected ${what ?? "a file"} to be open to us but the system refuses (${error.code}): make it writable, or work in a copy of the project in a folder of your own (DEEPNETS_RUNS and DEEPNETS_HANDIN name other folders for results), ${again}`;
    case "EMFILE":
    case "ENFILE":
      return `Expected to open ${what ?? "one more file"} but no more files may be open at once (${error.code}): raise the limit (ulimit -n 1024) ${again}`;
    case "ENOMEM":
    case "EAGAIN":
      return `Expected to ${error.syscall ?? "go on"} but memory or the number of processes is used up (${error.code}): close other programs, or raise the limit (ulimit -v, ulimit -u), ${again}`;
  }
  if (/Array buffer allocation failed|std::bad_alloc|Cannot allocate memory/.test(error?.message ?? ""))
    return `Memory is short (${error.message}): close other programs, or raise the limit (ulimit -v), ${again}`;
  return undefined;
};
