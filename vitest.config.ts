import { availableParallelism } from "node:os"
import { defineConfig } from "vitest/config"

const conditions = ["@bedside/source"]

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts", "examples/**/*.test.ts"],
    // By default one fewer; but those that wait for processes and leases need no core.
    maxWorkers: availableParallelism(),
    testTimeout: 60_000,
    hookTimeout: 120_000
  }
})
