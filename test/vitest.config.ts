import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // tfjs-node fails in a second worker thread of one process (tfjs#8388).
    pool: "forks",
    include: ["test/**/*.test.ts"],
    root: new URL("..", import.meta.url).pathname,
    testTimeout: 60_000,
  },
});
