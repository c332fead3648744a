/**
 * The numbered examples print what their last comment says they print.
 */
import { execFileSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"

const folder = new URL("../examples/library/", import.meta.url)
const scripts = readdirSync(folder).filter((name) => /^\d\d_.*\.ts$/.test(name))

const promised = (source: string): string =>
  source.slice(source.indexOf("// Prints:\n") + "// Prints:\n".length).replaceAll(/^\/\/ ?/gm, "")

it("there are examples", () => {
  expect(scripts.length).toBeGreaterThan(0)
})

it.each(scripts)("%s prints what it says", (name) => {
  const file = fileURLToPath(new URL(name, folder))
  const printed = execFileSync(process.execPath, ["--conditions=@bedside/source", file], {
    encoding: "utf8"
  })
  expect(printed).toBe(promised(readFileSync(file, "utf8")))
})
