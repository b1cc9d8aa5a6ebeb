import { expect, test } from "vitest";
import { engineNoise } from "../../lib/tools/setup/noise.mjs";

async function filter(...chunks: string[]): Promise<string> {
  const stream = engineNoise();
  const out: string[] = [];
  stream.on("data", (data: unknown) => out.push(String(data)));
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await new Promise((done) => stream.on("end", done));
  return out.join("");
}

const known = [
  "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n",
  "I0000 00:00:1795485422.538507    5531 port.cc:153] oneDNN custom operations are on. You may see slightly " +
    "different numerical results.\n",
  "I0000 00:00:1795485422.582674    5531 cpu_feature_guard.cc:227] This TensorFlow binary is optimized to use " +
    "available CPU instructions.\n",
  "E0000 00:00:1795776478.896810    4515 util.cc:131] oneDNN supports DT_BOOL only on platforms with AVX-512. " +
    "Falling back to the default Eigen-based implementation if present.\n",
  "To enable the following instructions: AVX2 FMA, in other operations, rebuild TensorFlow with the appropriate " +
    "compiler flags.\n",
];

test("engineNoise() drops the engine's known lines, in whatever pieces they arrive", async () => {
  const all = known.join("");
  expect(await filter(all)).toBe("");
  expect(await filter(all.slice(0, 70), all.slice(70, 300), all.slice(300))).toBe("");
});

test("engineNoise() lets everything else pass, in order", async () => {
  expect(await filter(`before\n${known[0]}W0000 00:00:1.5 12 op.cc:1] something new\n`, "no line end")).toBe(
    "before\nW0000 00:00:1.5 12 op.cc:1] something new\nno line end",
  );
});

test("engineNoise() has one sentence in place of V8's report of a full memory", async () => {
  const report =
    "\n<--- Last few GCs --->\n\n[1:0x5]  100 ms: Mark-Compact 39.8 (41.9) -> 39.5\n\n\n<--- JS stacktrace --->\n\n" +
    "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n 1: 0xb8c1c0 node::Abort()";
  const sentence = /^before\n+Expected more JavaScript memory but found none: raise the limit .* is kept\.\n$/;
  expect(await filter(`before\n${report}\n`)).toMatch(sentence);
  for (const cut of [10, 40, 60])
    expect(await filter("before\n", report.slice(0, cut), report.slice(cut))).toMatch(sentence);
});
