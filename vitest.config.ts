import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Minutes of statistics: `npm run test:slow`.
    exclude: process.env.SPARSELAW_SLOW_TESTS === "1" ? [] : ["test/slow/**"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    globalSetup: ["test/built.ts", "test/temporary.ts"],
    pool: "forks",
    // Most files keep one core busy: with the default, a core less, a laptop of two would run one at a time.
    maxWorkers: availableParallelism(),
  },
});
