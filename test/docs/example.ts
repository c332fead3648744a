/**
 * Examples in documentation, found and executed: what a line claims with `// =>` must be so.
 *
 * An example is a `ts` block in a docstring, or a `ts` block in Markdown under a line that says
 * `<!-- runnable -->` or `<!-- example: name -->`. Its imports are those a user would write. A claim
 * stands behind the last line of a statement, or on comment lines of its own right below it:
 *
 *     Sensor.fit([1, 2, 3]) // => Result.succeed({ count: 3, mean: 2, std: 1 })
 *     const weights = measure() // => { count: 3, mean: 2 }
 *     Math.PI // => ≈ 3.14159
 *
 * What stands behind the arrow is evaluated where it stands and compared by value: typed arrays equal
 * arrays, class instances and errors equal an object with their fields, and -0 equals 0. `≈` compares
 * to the digits given. What is no expression (`some(3)`, `DateTime.Utc(…)`) is compared as printed.
 *
 * The guarantee that bites: a claim that was never reached fails like a wrong one.
 */
import { stripTypeScriptTypes } from "node:module"
import { format, inspect, isDeepStrictEqual } from "node:util"
import { compileFunction } from "node:vm"

export interface Example {
  /** The documented export, or the name given in Markdown. */
  readonly name: string
  /** Relative to the root of the project. */
  readonly file: string
  /** Of the first line of `code` in the file, from 1. */
  readonly line: number
  readonly code: string
}

interface Claim {
  /** The first and the last line of the statement it is about, from 0. */
  readonly first: number
  readonly last: number
  readonly expected: string
}

/** The value was not what the example claims, or the example could not be understood. */
class WrongExample extends Error {
  override readonly name = "WrongExample"
}

const at = (example: Example, line: number): string => `${example.file}:${example.line + line}`

/** The examples in the docstrings of one source file. */
export const inSource = (file: string, text: string): ReadonlyArray<Example> => {
  const lines = text.split("\n")
  const examples: Array<Example> = []
  let fence: { readonly line: number; readonly code: Array<string> } | undefined
  for (const [index, line] of lines.entries()) {
    const content = /^\s*\* ?(.*)$/.exec(line)?.[1]
    if (fence === undefined) {
      const language = /^```(\S.*)$/.exec(content ?? "")?.[1]
      if (language === undefined) continue
      if (/^(ts|typescript|js|javascript)\b/.test(language) && language !== "ts") {
        throw new WrongExample(`${file}:${index + 1}: write \`\`\`ts, and nothing behind it`)
      }
      fence = language === "ts" ? { line: index + 2, code: [] } : undefined
    } else if (content === undefined) {
      throw new WrongExample(`${file}:${fence.line}: the example is not closed`)
    } else if (content.startsWith("```")) {
      examples.push({
        name: nameAfter(lines, index),
        file,
        line: fence.line,
        code: fence.code.join("\n")
      })
      fence = undefined
    } else fence.code.push(content)
  }
  return examples
}

const nameAfter = (lines: ReadonlyArray<string>, index: number): string => {
  const end = lines.findIndex((line, each) => each > index && line.trimEnd().endsWith("*/"))
  return (
    /(?:const|function\*?|class|interface|type)\s+([\w$]+)/.exec(lines[end + 1] ?? "")?.[1] ??
    "module"
  )
}

/** The marked examples of one Markdown file. */
export const inMarkdown = (file: string, text: string): ReadonlyArray<Example> => {
  const marked = /^<!-- (?:runnable|example: ([\w-]+)) -->\s*\n```ts\n(.*?)^```$/gms
  return Array.from(text.matchAll(marked), (match) => {
    const line = text.slice(0, match.index).split("\n").length
    const before = match[0].slice(0, match[0].indexOf("```ts\n")).split("\n").length
    return { name: match[1] ?? "example", file, line: line + before, code: match[2] ?? "" }
  })
}

/** How many results an example claims. */
export const countClaims = (example: Example): number => claims(example).length

/** Imports a module for an example. */
export type Load = (specifier: string) => Promise<unknown>

const loadHere: Load = (specifier) => import(/* @vite-ignore */ specifier)

/** Executes an example; rejects with the place and both values at the first claim that is wrong. */
export const run = async (example: Example, load: Load = loadHere): Promise<void> => {
  const expectations = claims(example)
  const reached = new Set<number>()
  const check = (index: number, actual: unknown, expected?: () => unknown): void => {
    reached.add(index)
    const claim = expectations[index]
    if (claim === undefined || agrees(actual, claim.expected, expected)) return
    throw new WrongExample(
      `${at(example, claim.last)}: expected ${claim.expected}, got ${inspect(actual, { depth: 9 })}`
    )
  }
  const log = (...values: ReadonlyArray<unknown>): unknown =>
    values.length === 1 ? values[0] : values
  try {
    const execute = compileFunction(
      `return (async () => {${instrument(example, expectations)}\n})()`,
      ["__check", "__import", "console"],
      { filename: example.file, lineOffset: example.line - 1 }
    )
    await execute(check, load, { log })
  } catch (error) {
    if (error instanceof WrongExample) throw error
    throw new WrongExample(`${placeOf(error, example)}: ${String(error)}`)
  }
  const missed = expectations.findIndex((_, index) => !reached.has(index))
  const claim = expectations[missed]
  if (claim === undefined) return
  throw new WrongExample(`${at(example, claim.last)}: this line was never reached`)
}

const placeOf = (error: unknown, example: Example): string => {
  const stack = error instanceof Error ? (error.stack ?? "") : ""
  const start = stack.indexOf(`${example.file}:`)
  return start < 0 ? at(example, 0) : (/^[^:]+:\d+/.exec(stack.slice(start))?.[0] ?? example.file)
}

const claims = (example: Example): ReadonlyArray<Claim> => {
  const lines = example.code.split("\n")
  const found: Array<Claim> = []
  for (const [index, line] of lines.entries()) {
    const comment = /\/\/\s*(=>|->|=+>|→|returns\b)\s*(.*)$/.exec(line)
    if (comment === null) continue
    if (!comment[0].startsWith("// => ")) {
      throw new WrongExample(`${at(example, index)}: write a result as \`// => value\``)
    }
    let expected = comment[2] ?? ""
    for (let next = index + 1; depth(expected) > 0 && next < lines.length; next++) {
      const more = /^\s*\/\/(.*)$/.exec(lines[next] ?? "")?.[1]
      if (more === undefined) break
      expected += `\n${more}`
    }
    const alone = line.trimStart().startsWith("//")
    const last = alone ? lines.findLastIndex((each, i) => i < index && isCode(each)) : index
    if (last < 0) throw new WrongExample(`${at(example, index)}: a result of nothing`)
    found.push({ first: startOfStatement(lines, last), last, expected })
  }
  return found
}

const isCode = (line: string): boolean => line.trim() !== "" && !line.trimStart().startsWith("//")

const withoutComment = (line: string): string => line.replace(/\s\/\/ .*$/, "")

const withoutStrings = (code: string): string =>
  code.replaceAll(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`|\/\/.*$/gm, "0")

const depth = (code: string): number => {
  const bare = withoutStrings(code)
  return (bare.match(/[([{]/g) ?? []).length - (bare.match(/[)\]}]/g) ?? []).length
}

// The code is formatted: a line continues the one above when it begins or that one ends as only the
// middle of an expression does.
const startOfStatement = (lines: ReadonlyArray<string>, last: number): number => {
  let open = 0
  for (let index = last; index > 0; index--) {
    const line = withoutComment(lines[index] ?? "")
    open += depth(line)
    const above = withoutStrings(lines[index - 1] ?? "").trimEnd()
    const continues = /^\s*[)\]}.?:&|+*/=,<>-]/.test(line) || /(?:[=(,?:&|+*/[-]|=>)$/.test(above)
    if (open >= 0 && !continues) return index
  }
  return 0
}

/** The example as a function body: types removed, imports awaited, claims checked; lines kept. */
const instrument = (example: Example, expectations: ReadonlyArray<Claim>): string => {
  const lines = stripTypeScriptTypes(example.code).split("\n")
  for (const [index, { first, last, expected }] of expectations.entries()) {
    const thunk = isExpression(expected) ? `, () => (${expected.replaceAll("\n", " ")})` : ""
    const start = lines[first] ?? ""
    const declared = /^\s*(?:const|let) ([\w$]+)\s*=/.exec(start)?.[1]
    lines[last] = withoutComment(lines[last] ?? "")
    if (declared !== undefined) lines[last] += `;__check(${index}, ${declared}${thunk});`
    else if (/^\s*(?:const|let|return|throw|if|for|while|import|export)\b/.test(start)) {
      throw new WrongExample(`${at(example, last)}: a result of something that is no expression`)
    } else {
      lines[last] += `${thunk});`
      lines[first] = `;__check(${index}, ${lines[first]}`
    }
  }
  return lines
    .join("\n")
    .replaceAll(/^import \* as ([\w$]+) from ("[^"]+")/gm, "const $1 = await __import($2)")
    .replaceAll(/^import ([\w$]+) from ("[^"]+")/gm, "const $1 = (await __import($2)).default")
    .replaceAll(
      /^import (\{[^}]*\}) from ("[^"]+")/gm,
      (_, names: string, from: string) =>
        `const ${names.replaceAll(/\bas\b/g, ":")} = await __import(${from})`
    )
}

const isExpression = (text: string): boolean => {
  try {
    compileFunction(`return async () => (${text})`)
    return true
  } catch {
    return false
  }
}

const agrees = (actual: unknown, written: string, expected?: () => unknown): boolean => {
  if (written.startsWith("≈")) return agreesRoughly(actual, written.slice(1).trim())
  const array = /^\w+Array(?:\(\d+\))?\s*(\[.*\])$/s.exec(written)?.[1]
  if (array !== undefined && ArrayBuffer.isView(actual)) return printed(actual).has(squeeze(array))
  try {
    if (expected !== undefined && isDeepStrictEqual(plain(actual), plain(expected()))) return true
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
  }
  return printed(actual).has(squeeze(written))
}

const agreesRoughly = (actual: unknown, digits: string): boolean => {
  const exponent = Number(/e([+-]?\d+)$/.exec(digits)?.[1] ?? 0)
  const decimals = /\.(\d+)/.exec(digits)?.[1]?.length ?? 0
  const tolerance = 0.5000001 * 10 ** (exponent - decimals)
  return typeof actual === "number" && Math.abs(actual - Number(digits)) <= tolerance
}

const squeeze = (text: string): string => text.replaceAll(/\s+/g, "").replaceAll("'", '"')

const printed = (value: unknown): ReadonlySet<string> => {
  const options = { depth: 9, breakLength: Infinity, maxArrayLength: 1000 }
  const texts = [inspect(value, options)]
  if (ArrayBuffer.isView(value)) texts.push(inspect(plain(value), options))
  else if (value instanceof Object && !Array.isArray(value)) texts.push(format("%s", value))
  return new Set(texts.map(squeeze))
}

/** The value without its prototypes, so that what reads the same is the same. */
const plain = (value: unknown): unknown => {
  if (typeof value === "number") return value === 0 ? 0 : value
  if (typeof value !== "object" || value === null) return value
  if (value instanceof Date) return { date: value.getTime() }
  if (value instanceof Map) return { map: Array.from(value, plain) }
  if (value instanceof Set) return { set: Array.from(value, plain) }
  if (ArrayBuffer.isView(value)) return Object.values(value).map(plain)
  if (Array.isArray(value)) return value.map(plain)
  const json = "toJSON" in value && typeof value.toJSON === "function" ? value.toJSON() : value
  if (typeof json !== "object" || json === null) return json
  const fields = Object.entries(json).filter(([, each]) => each !== undefined)
  return Object.fromEntries(fields.map(([key, each]) => [key, plain(each)]))
}
