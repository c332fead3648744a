import { describe, expect, it } from "@effect/vitest"
import * as Example from "./example.ts"

const example = (code: string): Example.Example => ({
  name: "fit",
  file: "src/Sensor.ts",
  line: 11,
  code
})

const run = (...lines: ReadonlyArray<string>): Promise<void> =>
  Example.run(example(lines.join("\n")))

describe("an example holds", () => {
  it.each([
    ["a number", "1 + 2 // => 3"],
    ["a text", '\'a\'.concat("b") // => "ab"'],
    ["an array", "[1, [NaN]] // => [1, [NaN]]"],
    ["an object, whatever the order of its fields", "({ a: 1, b: 2 }) // => { b: 2, a: 1 }"],
    ["undefined", "void 0 // => undefined"],
    ["a typed array, written as an array", "Float64Array.of(1, 2) // => [1, 2]"],
    ["a typed array, as it is printed", "Int32Array.of(1, 2) // => Int32Array [1, 2]"],
    ["an error, written as its fields", "Object.assign(new Error(), { got: 1 }) // => { got: 1 }"],
    ["minus zero", "-0 // => 0"],
    ["a number to the digits given", "Math.PI // => ≈ 3.142"],
    ["what is declared", "const two: number = 1 + 1 // => 2"],
    ["what is logged", "console.log(1 + 1) // => 2"],
    ["an expression over its own variables", "const a = [1]\na.concat(a) // => [a[0], 1]"],
    ["a call over several lines", "Math.max(\n  1,\n  2\n) // => 2"],
    ["a chain over several lines", '[3, 1]\n  .map((it) => it * 2)\n  .join() // => "6,2"'],
    ["a choice over several lines", "const n = 1\nn > 0\n  ? 'up'\n  : 'down' // => \"up\""],
    ["a declaration that continues", "const sum =\n  1 + 2 // => 3"],
    ["a result below its statement", "const a = 1 // one\n// => 1\na + 1\n// => 2"],
    ["a result over several lines", "({ a: 1, b: [2] })\n// => {\n//   a: 1, b: [2]\n// }"],
    ["a result inside a function", "const f = () => {\n  const a = 1\n  a + 1 // => 2\n}\nf()"],
    ["what is awaited", "await Promise.resolve(1) // => 1"]
  ])("for %s", async (_, code) => {
    await expect(run(code)).resolves.toBeUndefined()
  })

  it("for results and options, by value and as printed", async () => {
    const done = run(
      'import * as Option from "effect/Option"',
      'import { fail, type Result, succeed as good } from "effect/Result"',
      "const result: Result<number, string> = good(1) // => good(1)",
      "result // => success(1)",
      'fail({ needed: 2 }) // => { _id: "Result", _tag: "Failure", failure: { needed: 2 } }',
      "Option.none() // => Option.none()",
      "Option.some(Float64Array.of(1)) // => Option.some([1])"
    )
    await expect(done).resolves.toBeUndefined()
  })
})

describe("an example fails, and says where", () => {
  it.each([
    ["another number", "// fit\n1 + 1 // => 3", "src/Sensor.ts:12: expected 3, got 2"],
    ["a text instead of a number", '"3" // => 3', "src/Sensor.ts:11: expected 3, got '3'"],
    ["a field more", "({ a: 1, b: 2 }) // => { a: 1 }", "src/Sensor.ts:11: expected { a: 1 }"],
    ["a length", "[1, 2] // => [1]", "src/Sensor.ts:11: expected [1]"],
    ["a number beyond the digits given", "Math.PI // => ≈ 3.15", "src/Sensor.ts:11"],
    ["a promise that is not awaited", "Promise.resolve(1) // => 1", "src/Sensor.ts:11"],
    ["a result that is not reached", "if (0 > 1) {\n  1 // => 1\n}", "src/Sensor.ts:12: this line"],
    ["a result of nothing", "// => 1", "src/Sensor.ts:11: a result of nothing"],
    ["a result of a loop", "for (const a of [1]) a // => 1", "src/Sensor.ts:11: a result of"],
    ["another arrow", "1 // -> 2", "src/Sensor.ts:11: write a result as"],
    ["a missing space", "1 //=> 2", "src/Sensor.ts:11: write a result as"],
    ["a defect", "const a = 1\n\nthrow new Error(`${a}`)", "src/Sensor.ts:13: Error: 1"],
    ["what is no code", "const = 1", "src/Sensor.ts:11: "],
    ["an unknown import", 'import * as A from "effect/Absent"', "src/Sensor.ts:11: "]
  ])("for %s", async (_, code, message) => {
    await expect(run(code)).rejects.toThrow(message)
  })
})

describe("an example is found", () => {
  const source = [
    "/**",
    " * Adds.",
    " *",
    " * @example",
    " * ```ts",
    " * add(1, 2) // => 3",
    " * ```",
    " * @since 0.1.0",
    " */",
    "export const add = (a: number, b: number): number => a + b"
  ]

  it("in a docstring, under the name of what it documents", () => {
    expect(Example.inSource("src/Add.ts", source.join("\n"))).toEqual([
      { name: "add", file: "src/Add.ts", line: 6, code: "add(1, 2) // => 3" }
    ])
  })

  it("unless its fence says something else: that is an error, not an example less", () => {
    const skipped = source.map((line) => line.replace("```ts", "```ts skip")).join("\n")
    expect(() => Example.inSource("src/Add.ts", skipped)).toThrow("src/Add.ts:5")
  })

  it("in Markdown, where it is marked", () => {
    const text = [
      "# Title",
      "```ts",
      "not run",
      "```",
      "<!-- runnable -->",
      "```ts",
      "1 // => 1",
      "```",
      "",
      "<!-- example: library -->",
      "",
      "```ts",
      "2 // => 2",
      "```"
    ].join("\n")
    expect(Example.inMarkdown("README.md", text)).toEqual([
      { name: "example", file: "README.md", line: 7, code: "1 // => 1\n" },
      { name: "library", file: "README.md", line: 13, code: "2 // => 2\n" }
    ])
  })
})
