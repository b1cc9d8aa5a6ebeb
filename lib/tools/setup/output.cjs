// Where a command's output goes may end before the command does, or take no more.
const { explained } = require("../../src/base/errors.cjs");

/**
 * Lets the command end in order whatever becomes of its output. Returns a function that resolves to the sentence to end
 * with where what it said was lost, or to undefined: nobody who closes a terminal or reads one line (`| head`) misses
 * the rest, but a disk that is full has lost it.
 */
function watchOutput() {
  let lost;
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error) => {
      if (error.code !== "EPIPE") lost ??= error;
    });
  return async () => {
    // A stream tells a moment after the write.
    await new Promise(setImmediate);
    return lost && explained(lost, "where the output goes").message;
  };
}

module.exports = { watchOutput };
