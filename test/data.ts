/**
 * Tests on data that is not part of the project. Where it is absent, they are skipped with one line
 * that says so; with `BEDSIDE_STRICT=1` its absence is a failure, so that a skip never passes for a
 * success.
 */
// These rules are for test files; here tests are registered on conditions, with titles given.
/* oxlint-disable vitest/no-conditional-tests, vitest/no-disabled-tests, vitest/valid-title */
import { describe, expect, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { testData } from "./testData.ts"

export { testData } from "./testData.ts"

/** The parsed content of a JSON file; the caller states its shape. */
export const readJson = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"))

/** A `describe` whose body gets the path of the data it needs, and is not run without it. */
export const describeWithData = (
  name: string,
  title: string,
  body: (path: string) => void
): void => {
  const path = testData(name)
  if (path !== undefined) {
    describe(title, () => {
      body(path)
    })
    return
  }
  const advice = `needs "${name}": set BEDSIDE_TEST_DATA to the folder of test data (see README)`
  if (process.env["BEDSIDE_STRICT"] === "1") {
    it(title, () => expect.fail(advice))
    return
  }
  process.stderr.write(`SKIPPED ${title}: ${advice}\n`)
  it.skip(`${title} (${advice})`, () => {})
}
