/** The command of an operator, as a process on a database of its own. */
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import * as Store from "@bedside/postgres-adapter/Store"
import { onEach, postgres, urlOf } from "../../packages/postgres-adapter/test/backends.ts"

const script = fileURLToPath(new URL("partitions/main.ts", import.meta.url).href)

const said = (...args: ReadonlyArray<string>) =>
  Effect.map(urlOf, (url) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--conditions=@bedside/source", "--disable-warning=ExperimentalWarning", script, ...args],
      { encoding: "utf8", env: { ...process.env, DATABASE_URL: Redacted.value(url) } }
    )
    return { status, lines: `${stdout}${stderr}`.trim().split("\n") }
  })

const usage =
  "Bedside stops: say list, convert [YYYY-MM], extend YYYY-MM YYYY-MM, or retire YYYY-MM keep|drop"

onEach(
  "the command for partitions",
  (it) => {
    it.layer(Store.layer())("", (it) => {
      it.effect("says in one line what it cannot do, and leaves with 1", () =>
        Effect.gen(function* () {
          for (const args of [[], ["convert", "May"], ["retire", "2026-02", "burn"]]) {
            expect(yield* said(...args)).toEqual({ status: 1, lines: [usage] })
          }
          expect(yield* said("retire", "2026-02", "keep")).toEqual({
            status: 1,
            lines: ["Bedside stops: The measurements are one table: convert it first"]
          })
        })
      )

      it.effect("converts, extends and retires", () =>
        Effect.gen(function* () {
          expect(yield* said("list")).toEqual({
            status: 0,
            lines: ["The measurements are one table"]
          })
          const converted = yield* said("convert", "2026-02")
          expect(converted.lines[0]).toMatch(/^bedside_measurements_earlier, .*MB, indices .*MB$/)
          expect(yield* said("extend", "2026-01", "2026-02")).toEqual({
            status: 0,
            lines: ["New months: 2026-01"]
          })
          expect(yield* said("extend", "2026-01", "2026-02")).toEqual({
            status: 0,
            lines: ["Nothing to do"]
          })
          expect(yield* said("retire", "2026-02", "drop")).toEqual({
            status: 0,
            lines: ["Dropped: bedside_measurements_before_2026_01, bedside_measurements_2026_01"]
          })
        })
      )
    })
  },
  [postgres]
)
