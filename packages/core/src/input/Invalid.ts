/**
 * What is wrong with an input, as data: every problem at once, each with the place, a code and what
 * was expected, and never the value that was sent.
 *
 * The guarantee that bites: nothing here is built from the input. Messages come from the schema's own
 * annotations or from this module, so an `Invalid` can be logged and sent back as it is. A path holds
 * names of fields only, written as in the body: `leads[0].signal`, `columns["params.velRMS.x"]`; the
 * empty path is the whole body.
 *
 * For authors of schemas. A check, or a schema, says what it means with ordinary annotations:
 *
 *     Schema.Finite.check(
 *       Schema.isBetween({ minimum: 0, maximum: 350 }, { code: "range", expected: "0 to 350 /min" })
 *     )
 *
 * - `expected` completes "Expected …", without the value; `message` replaces that whole sentence.
 * - `code` is for programs. Without one it follows from what failed: `missing`, `unexpected`, `type`,
 *   `enum`, `range`, `length`, `pattern`, `format`, `unique`, and `value` for all the rest.
 * - On a transformation (text to a date, say) annotate the RESULT with `code` and `expected`; without
 *   a `code` there, a message made while transforming is dropped, since it may quote the input.
 * - On a union, `code` and `expected` are used when no member is clearly the one that was meant.
 * - A check over several fields returns `Invalid.filterIssue(["diastolic"], …)` from `makeFilter`.
 * - With `Schema.encodeKeys` the fields' own problems carry the names of the body, but a check over
 *   several fields must name the body's field itself: `["first_name"]`, not `["firstName"]`.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import * as SchemaIssue from "effect/SchemaIssue"
import * as Expectation from "./internal/Expectation.ts"

/**
 * The largest number of problems kept; the rest are counted in `Invalid.omitted`.
 *
 * @since 0.1.0
 */
export const maximumIssues = 100

/**
 * One problem: where, its code, a sentence, and what was expected.
 *
 * @since 0.1.0
 */
export const Issue = Schema.Struct({
  path: Schema.String,
  code: Schema.String,
  message: Schema.String,
  expected: Schema.String
}).annotate({ identifier: "InvalidIssue" })

/**
 * The type of one problem.
 *
 * @since 0.1.0
 */
export interface Issue extends Schema.Schema.Type<typeof Issue> {}

/**
 * The error that carries all problems of one input.
 *
 * @since 0.1.0
 */
export class Invalid extends Schema.TaggedError<Invalid>("bedside/Invalid")("Invalid", {
  issues: Schema.Array(Issue),
  omitted: Schema.optionalKey(Schema.Int)
}) {
  override get message(): string {
    return this.issues.map((issue) => `${issue.path || "input"}: ${issue.code}`).join(", ")
  }
}

/**
 * Writes a path as in the body.
 *
 * Shape: names and indexes in; `leads[0].signal` out. A name that is not an identifier is quoted.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Invalid from "@bedside/core/Invalid"
 *
 * Invalid.path(["leads", 0, "signal"]) // => "leads[0].signal"
 * Invalid.path(["columns", "velRMS.x"]) // => "columns[\"velRMS.x\"]"
 * Invalid.path([]) // => ""
 * ```
 * @since 0.1.0
 */
export const path = (segments: ReadonlyArray<PropertyKey>): string => {
  let out = ""
  for (const segment of segments) {
    if (typeof segment === "number") out += `[${segment}]`
    else if (/^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(String(segment))) {
      out += out === "" ? String(segment) : `.${String(segment)}`
    } else out += `[${JSON.stringify(String(segment))}]`
  }
  return out
}

/**
 * Makes one problem.
 *
 * Shape: `at` is a written path or its segments; `message` defaults to "Expected …".
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Invalid from "@bedside/core/Invalid"
 *
 * Invalid.issue(["values"], "length", "at least 2 values").message // => "Expected at least 2 values"
 * ```
 * @since 0.1.0
 */
export const issue = (
  at: string | ReadonlyArray<PropertyKey>,
  code: string,
  expected: string,
  message = `Expected ${expected}`
): Issue => ({ path: typeof at === "string" ? at : path(at), code, message, expected })

/**
 * Makes the error from problems, in their order.
 *
 * Shape: at most `maximumIssues` are kept, the others counted in `omitted`.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Invalid from "@bedside/core/Invalid"
 *
 * Invalid.of([Invalid.issue("id", "format", "a UUID")]).issues.length // => 1
 * ```
 * @since 0.1.0
 */
export const of = (issues: ReadonlyArray<Issue>): Invalid =>
  issues.length <= maximumIssues
    ? new Invalid({ issues })
    : new Invalid({
        issues: issues.slice(0, maximumIssues),
        omitted: issues.length - maximumIssues
      })

/**
 * Refuses with one problem, in a pure function.
 *
 * Shape: as `issue`; the failure side of a `Result`.
 *
 * Fails with: the `Invalid` it makes.
 *
 * @example
 * ```ts
 * import * as Invalid from "@bedside/core/Invalid"
 * import * as Result from "effect/Result"
 *
 * const refused = Invalid.fail("diastolic", "range", "a pressure below the systolic one")
 * Result.isFailure(refused) // => true
 * ```
 * @since 0.1.0
 */
export const fail = (
  at: string | ReadonlyArray<PropertyKey>,
  code: string,
  expected: string,
  message?: string
): Result.Result<never, Invalid> => Result.fail(of([issue(at, code, expected, message)]))

/**
 * Makes the outcome of a failed `Schema.makeFilter` over several fields.
 *
 * Shape: `at` is relative to the value that is checked; several of them may be returned in an array.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Invalid from "@bedside/core/Invalid"
 * import * as Result from "effect/Result"
 * import * as Schema from "effect/Schema"
 *
 * const Pressure = Schema.Struct({ systolic: Schema.Finite, diastolic: Schema.Finite }).check(
 *   Schema.makeFilter((it: { readonly systolic: number; readonly diastolic: number }) =>
 *     it.diastolic < it.systolic || Invalid.filterIssue(["diastolic"], "range", "below systolic")
 *   )
 * )
 * const refused = Invalid.decoder(Pressure)({ systolic: 80, diastolic: 120 })
 * Result.isFailure(refused) ? refused.failure.message : "" // => "diastolic: range"
 * ```
 * @since 0.1.0
 */
export const filterIssue = (
  at: ReadonlyArray<PropertyKey>,
  code: string,
  expected: string,
  message?: string
): { readonly path: ReadonlyArray<PropertyKey>; readonly issue: SchemaIssue.Issue } => ({
  path: at,
  issue: new SchemaIssue.InvalidValue(
    message === undefined ? { code, expected } : { code, expected, message }
  )
})

/**
 * Puts every problem under a place, as when one row of a list was checked alone.
 *
 * Shape: the segments of the place in front of each path.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Invalid from "@bedside/core/Invalid"
 *
 * const row = Invalid.of([Invalid.issue("value", "type", "a number")])
 * Invalid.under(row, [3]).issues[0]?.path // => "[3].value"
 * ```
 * @since 0.1.0
 */
export const under = (error: Invalid, place: ReadonlyArray<PropertyKey>): Invalid => {
  const prefix = path(place)
  return new Invalid({
    ...error,
    issues: error.issues.map((it) => ({ ...it, path: join(prefix, it.path) }))
  })
}

/**
 * Reads the problems out of a failed decoding.
 *
 * Shape: decode with `{ errors: "all" }`, or only the first problem is there to be read.
 *
 * Fails with: nothing. A union gives the problems of the member that was meant (the one with the
 * fewest missing fields), or a single problem when that cannot be told.
 *
 * @example
 * ```ts
 * import * as Invalid from "@bedside/core/Invalid"
 * import * as Result from "effect/Result"
 * import * as Schema from "effect/Schema"
 *
 * const decoded = Schema.decodeUnknownResult(Schema.Struct({ age: Schema.Int }))({ age: "old" })
 * const invalid = Result.isFailure(decoded) ? Invalid.fromSchemaError(decoded.failure) : undefined
 * invalid?.issues[0]?.path // => "age"
 * invalid?.issues[0]?.expected // => "an integer"
 * ```
 * @since 0.1.0
 */
export const fromSchemaError = (error: Schema.SchemaError): Invalid => of(collect(error.issue, []))

/**
 * Makes a decoder that answers with all problems at once.
 *
 * Shape: built once per schema, then applied to each input; unknown fields are ignored.
 *
 * Fails with: `Invalid`.
 *
 * @example
 * ```ts
 * import * as Invalid from "@bedside/core/Invalid"
 * import * as Result from "effect/Result"
 * import * as Schema from "effect/Schema"
 *
 * const decode = Invalid.decoder(Schema.Struct({ name: Schema.String, age: Schema.Int }))
 * const refused = decode({ age: 1.5 })
 * Result.isFailure(refused) ? refused.failure.message : "" // => "name: missing, age: type"
 * ```
 * @since 0.1.0
 */
export const decoder = <S extends Schema.Codec<unknown, unknown>>(
  schema: S
): ((input: unknown) => Result.Result<S["Type"], Invalid>) => {
  const decode = Schema.decodeUnknownResult(schema, { errors: "all" })
  return (input) => Result.mapError(decode(input), fromSchemaError)
}

const join = (prefix: string, rest: string): string =>
  prefix === "" || rest === "" || rest.startsWith("[") ? prefix + rest : `${prefix}.${rest}`

interface Surroundings {
  readonly parent?: SchemaAST.AST | undefined
  readonly filter?: Expectation.Annotations
  readonly transformed?: SchemaAST.AST
}

const collect = (
  node: SchemaIssue.Issue,
  at: ReadonlyArray<PropertyKey>,
  around: Surroundings = {}
): ReadonlyArray<Issue> => {
  switch (node._tag) {
    case "Pointer":
      return collect(node.issue, [...at, ...node.path], { parent: around.parent })
    case "Composite": {
      const out: Array<Issue> = []
      for (const child of node.issues) {
        for (const it of collect(child, at, { parent: node.ast })) out.push(it)
      }
      return out
    }
    case "Filter":
      return collect(node.issue, at, { filter: node.filter.annotations ?? {} })
    case "Encoding":
      return collect(node.issue, at, { transformed: node.ast })
    case "AnyOf":
      return collectUnion(node, at)
    case "OneOf": {
      const annotations = Expectation.annotations(node.ast)
      const expected =
        Expectation.text(annotations, "expected") ?? "exactly one of the alternatives"
      return [issue(at, Expectation.text(annotations, "code") ?? "value", expected)]
    }
    case "MissingKey": {
      const expected = Expectation.ofField(around.parent, at.at(-1) ?? "")
      const message =
        Expectation.text(node.annotations, "messageMissingKey") ?? "This field is required"
      return [issue(at, "missing", expected, message)]
    }
    case "UnexpectedKey":
      return [issue(at, "unexpected", "no such field", "This field is not known")]
    case "InvalidType":
      return [invalidType(node, at, around.transformed)]
    case "InvalidValue":
    case "Forbidden":
      return [invalidValue(node, at, around)]
  }
}

const isNamed = (ast: SchemaAST.AST): boolean =>
  ast.checks === undefined && Expectation.text(ast.annotations, "code") !== undefined

const invalidType = (
  node: SchemaIssue.InvalidType,
  at: ReadonlyArray<PropertyKey>,
  result: SchemaAST.AST | undefined
): Issue => {
  const ast = result !== undefined && isNamed(result) ? result : node.ast
  const kind = Expectation.literals(node.ast) === undefined ? "type" : "enum"
  if (!isNamed(ast)) return issue(at, kind, Expectation.of(ast))
  const code = Expectation.text(ast.annotations, "code") ?? kind
  return issue(at, code, Expectation.of(ast), Expectation.text(ast.annotations, "message"))
}

const invalidValue = (
  node: SchemaIssue.InvalidValue | SchemaIssue.Forbidden,
  at: ReadonlyArray<PropertyKey>,
  around: Surroundings
): Issue => {
  const own = node.annotations
  if (around.transformed !== undefined && Expectation.text(own, "code") === undefined) {
    const result = Expectation.annotations(around.transformed)
    const annotated = Expectation.text(result, "code") !== undefined
    const expected =
      (annotated ? Expectation.text(result, "expected") : undefined) ??
      Expectation.text(own, "expected") ??
      Expectation.text(result, "expected") ??
      "a valid value"
    const message = annotated ? Expectation.text(result, "message") : undefined
    return issue(at, Expectation.text(result, "code") ?? "format", expected, message)
  }
  const filter = around.filter
  const code =
    Expectation.text(own, "code") ?? Expectation.text(filter, "code") ?? Expectation.codeOf(filter)
  const message = Expectation.text(own, "message") ?? Expectation.text(filter, "message")
  const expected = Expectation.text(own, "expected") ?? Expectation.text(filter, "expected")
  return issue(at, code, expected ?? "a valid value", message)
}

// The member that was meant has the right type, lacks the fewest fields, then has the fewest faults.
const collectUnion = (
  node: SchemaIssue.AnyOf,
  at: ReadonlyArray<PropertyKey>
): ReadonlyArray<Issue> => {
  const root = path(at)
  const members = node.issues.map((member) => {
    const issues = collect(member, at)
    const wrong = issues.some((it) => it.path === root && it.code === "type") ? 1 : 0
    return {
      issues,
      rank: [wrong, issues.filter((it) => it.code === "missing").length, issues.length]
    }
  })
  members.sort((a, b) => compare(a.rank, b.rank))
  const [best, second] = members
  if (best !== undefined && (second === undefined || compare(best.rank, second.rank) < 0)) {
    return best.issues
  }
  const tied = members.filter(
    (member) => best !== undefined && compare(member.rank, best.rank) === 0
  )
  const all = tied.flatMap((member) => member.issues)
  const annotations = Expectation.annotations(node.ast)
  const own = Expectation.text(annotations, "code")
  if (own === undefined && all.length > 0 && all.every((it) => it.code === "missing")) {
    const names = Expectation.either(
      all.map((it) => `"${it.path.slice(root === "" ? 0 : root.length + 1)}"`)
    )
    return [issue(at, "missing", names)]
  }
  const codes = new Set(all.map((it) => it.code))
  const fallback =
    codes.size === 1 ? [...codes][0]! : codes.size > 1 ? "value" : unionCode(node.ast)
  const expected =
    Expectation.text(annotations, "expected") ??
    (all.length > 0 && all.every((it) => it.path === root)
      ? Expectation.either(all.map((it) => it.expected))
      : Expectation.of(node.ast))
  return [issue(at, own ?? fallback, expected, Expectation.text(annotations, "message"))]
}

const unionCode = (ast: SchemaAST.Union): string =>
  Expectation.literals(ast) === undefined && Expectation.discriminator(ast.types) === undefined
    ? "type"
    : "enum"

const compare = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): number => {
  for (let index = 0; index < a.length; index++) {
    const difference = a[index]! - b[index]!
    if (difference !== 0) return difference
  }
  return 0
}
