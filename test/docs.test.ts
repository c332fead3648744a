/**
 * The documentation is held to what it says: its examples are executed, and nothing public goes
 * without a docstring.
 */
import { describe, expect, it } from "@effect/vitest"
import * as Example from "./docs/example.ts"
import * as Sources from "./sources.ts"

const packages = Sources.packages.map((name) => ({ name, modules: Sources.modules(name) }))

describe.each(packages)("the docstrings of $name", ({ modules }) => {
  for (const module of modules) {
    for (const example of Example.inSource(module.file, module.text)) {
      it(`${module.name}.${example.name}: the example is true (${example.file}:${example.line})`, async () => {
        await Example.run(example)
      })
    }
  }

  it("every export says what it is, and since when", () => {
    const missing = modules
      .filter((module) => module.published)
      .flatMap((module) => undocumented(module, ({ docstring }) => isComplete(docstring)))
    expect(missing, "no docstring, or one that does not end with @since").toEqual([])
  })
})

describe("the public functions of core", () => {
  const modules = Sources.modules("core").filter((module) => module.published)

  it.each(modules)("$name: each shows an example with a result", async (module) => {
    const loaded = await Sources.load(module)
    const shown = new Set(
      Example.inSource(module.file, module.text)
        .filter((example) => Example.countClaims(example) > 0)
        .map((example) => example.name)
    )
    const missing = undocumented(module, ({ name }) => shown.has(name) || !isFunction(name, loaded))
    expect(missing, "no @example with a line `// => result`").toEqual([])
  })
})

describe("Markdown", () => {
  for (const { file, text } of Sources.markdown()) {
    for (const example of Example.inMarkdown(file, text)) {
      it(`${example.name}: the example is true (${file}:${example.line})`, async () => {
        await Example.run(example)
      })
    }
  }

  it("the README shows the library in use", () => {
    const readme = Sources.markdown().find(({ file }) => file === "README.md")
    const examples = Example.inMarkdown("README.md", readme?.text ?? "")
    expect(examples.map(({ name }) => name)).toContain("library")
  })
})

interface Export {
  readonly name: string
  readonly line: number
  /** Empty where there is none. */
  readonly docstring: string
}

const exportsOf = (module: Sources.Module): ReadonlyArray<Export> => {
  const lines = module.text.split("\n")
  return lines.flatMap((line, index) => {
    const declared =
      /^export (?:declare |abstract |async )*(?:const|let|function\*?|class|interface|type|namespace) ([\w$]+)/
    const name = declared.exec(line)?.[1]
    if (name === undefined) return []
    const start = lines.findLastIndex((each, at) => at < index && each.startsWith("/**"))
    const above = lines.slice(start, index).join("\n")
    const documented = start >= 0 && above.indexOf("*/") === above.length - 2
    return [{ name, line: index + 1, docstring: documented ? above : "" }]
  })
}

// A type may share the name of its schema, and overloads that of their function: one of them speaks
// for all.
const undocumented = (
  module: Sources.Module,
  isDocumented: (declaration: Export) => boolean
): ReadonlyArray<string> =>
  exportsOf(module)
    .filter(({ name }, index, all) => all.findIndex((it) => it.name === name) === index)
    .filter(({ name }) => !exportsOf(module).some((it) => it.name === name && isDocumented(it)))
    .map(({ name, line }) => `${module.file}:${line} ${name}`)

const isComplete = (docstring: string): boolean =>
  /^\/\*\*\n \* [^@\s].*\n \* @since \d+\.\d+\.\d+\n \*\/$/s.test(docstring)

// Schemas, services and errors are functions too, but are named as types are.
const isFunction = (name: string, loaded: Record<string, unknown>): boolean =>
  /^[a-z]/.test(name) && typeof loaded[name] === "function"
