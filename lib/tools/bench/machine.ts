import { existsSync, readFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import type { BenchReport } from "./report";

/** The machine of the measurements; `features` are those that decide the speed of matrix products. */
export function machine(): BenchReport["machine"] {
  const flags = existsSync("/proc/cpuinfo")
    ? (/^flags\s*:\s*(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1]?.split(" ") ?? [])
    : [];
  const wanted = { avx2: "AVX2", avx512f: "AVX-512", avx512_bf16: "AVX512_BF16", amx_tile: "AMX" };
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown CPU",
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}, Node ${process.versions.node}`,
    features: Object.entries(wanted)
      .filter(([flag]) => flags.includes(flag))
      .map(([, name]) => name),
  };
}
