import { defineConfig } from "vitest/config";
import { ClosingLineReporter } from "./test/support/closing-line-reporter.ts";

/** unit: no I/O beyond temp files. api: real API servers, through the core. cli: the built program, spawned, on the same servers. */
export default defineConfig({
  test: {
    reporters: ["default", new ClosingLineReporter()],
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          env: { TZ: "UTC" },
        },
      },
      {
        test: {
          name: "api",
          include: ["test/api/**/*.test.ts"],
          globalSetup: ["test/cluster/vitest-global-setup.ts"],
          env: { TZ: "UTC" },
          testTimeout: 120_000,
          hookTimeout: 240_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          env: { TZ: "UTC" },
          testTimeout: 180_000,
          hookTimeout: 240_000,
          maxConcurrency: 2,
        },
      },
      {
        test: {
          name: "cli",
          include: ["test/cli/**/*.test.ts"],
          globalSetup: ["test/cluster/vitest-global-setup.ts"],
          env: { TZ: "UTC" },
          testTimeout: 120_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
