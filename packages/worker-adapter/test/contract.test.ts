import { describe } from "@effect/vitest"
import { engine as contract } from "../../../test/contract/index.ts"
import { carried, engines } from "./engines.ts"

for (const engine of engines) {
  const title = `jobs carried by ${engine.name}`
  // The rule is for test files; here suites are registered on a condition.
  // oxlint-disable-next-line vitest/no-disabled-tests
  if (engine.absent) describe.skip(title)
  else contract(title, carried(engine))
}
