// The place where a command's output goes may close before the command ends, or be full.
const { explained } = require("../../src/base/errors.cjs");

/**
 * Lets the command end in order whatever becomes of its output. Returns a function that resolves to the sentence to end
 * with where output was lost, as on a full disk, or to undefined. Who closes a terminal or reads one line (`| head`)
 * does not miss the rest.
 */
function watchOutput() {
  let lost;
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error) => {
      if (error.code !== "EPIPE") lost ??= error;
    });
  return async () => {
    // A stream reports an error a moment after the write.
    await new Promise(setImmediate);
    return lost && explained(lost, "where the output goes").message;
  };
}

module.exports = { watchOutput };
