// The engine writes these lines to file descriptor 2, most of them at every start, whatever TF_CPP_MIN_LOG_LEVEL says.
// Everything else passes.
import { Transform } from "node:stream";

const known = [
  /^WARNING: All log messages before absl::InitializeLog\(\) is called are written to STDERR$/,
  /^I0000 00:00:[\d.]+ +\d+ port\.cc:\d+\] oneDNN custom operations are on\./,
  /^I0000 00:00:[\d.]+ +\d+ cpu_feature_guard\.cc:\d+\] This TensorFlow binary is optimized/,
  /^To enable the following instructions: .* rebuild TensorFlow with the appropriate compiler flags\.$/,
  /^I0000 00:00:[\d.]+ +\d+ mlir_graph_optimization_pass\.cc:\d+\]/,
  /^I0000 00:00:[\d.]+ +\d+ loader\.cc:\d+\]/,
  /^I0000 00:00:[\d.]+ +\d+ reader\.cc:\d+\]/,
  // A masked layer on a processor for which oneDNN has no such kernel: the engine uses its own, with the same result.
  /^E0000 00:00:[\d.]+ +\d+ util\.cc:\d+\] oneDNN supports DT_BOOL only on platforms with AVX-512\./,
  /^I0000 00:00:[\d.]+ +\d+ cuda_\w+\.cc:\d+\]/,
];

// V8's report of a process that ran out of memory begins with this line; nothing of ours comes after it.
const lastWords = /^<--- Last few GCs --->$/;
const noMemory =
  "Expected more JavaScript memory but found none: raise the limit (NODE_OPTIONS=--max-old-space-size=4096) or close " +
  "other programs, and run the command again; what was finished is kept.";

/** A stream that drops the engine's known lines, and replaces V8's report of a full memory by one sentence. */
export function engineNoise() {
  let rest = "";
  let ended = false;
  const keep = (line) => !ended && !known.some((pattern) => pattern.test(line));
  return new Transform({
    decodeStrings: false,
    transform(chunk, _encoding, done) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop();
      const last = lines.findIndex((line) => lastWords.test(line));
      if (last >= 0 && !ended) {
        const before = lines.slice(0, last).filter((line, i) => keep(line) && (line !== "" || i < last - 1));
        ended = true;
        return done(null, [...before, noMemory].map((line) => `${line}\n`).join(""));
      }
      // Text that cannot become a known line is not held back: a question or a progress bar has no line end.
      if (rest && !ended && !/^(W|I0|E0|To|<)/.test(rest)) {
        lines.push(rest);
        rest = "";
        return done(
          null,
          lines
            .slice(0, -1)
            .filter(keep)
            .map((line) => `${line}\n`)
            .join("") + lines.at(-1),
        );
      }
      done(
        null,
        lines
          .filter(keep)
          .map((line) => `${line}\n`)
          .join(""),
      );
    },
    flush(done) {
      done(null, rest && keep(rest) ? rest : "");
    },
  });
}
