/**
 * What is to be said of a resource or a bundle, as the OperationOutcome of FHIR R4.
 *
 * The guarantee that bites: an issue says where and what was expected, and never what was sent. No
 * text in it comes from the input, so it can be logged and sent back as it is.
 */
import * as Schema from "effect/Schema"
import type * as Invalid from "../input/Invalid.ts"

/**
 * One issue. `expression` is the place, written as in FHIRPath
 * (`Bundle.entry[3].resource.component[0].valueQuantity`); `diagnostics` is what was expected there.
 * An `error` refuses the entry it is in; a `warning` says what was changed or left out of it.
 *
 * @since 0.2.0
 */
export const Issue = Schema.Struct({
  severity: Schema.Literals(["error", "warning", "information"]),
  code: Schema.Literals([
    "structure",
    "required",
    "value",
    "invariant",
    "code-invalid",
    "extension",
    "not-supported",
    "not-found",
    "duplicate",
    "informational"
  ]),
  diagnostics: Schema.String,
  expression: Schema.Array(Schema.String)
}).annotate({ identifier: "FhirIssue" })

/** @since 0.2.0 */
export interface Issue extends Schema.Schema.Type<typeof Issue> {}

/**
 * The resource.
 *
 * @since 0.2.0
 */
export const OperationOutcome = Schema.Struct({
  resourceType: Schema.Literal("OperationOutcome"),
  issue: Schema.Array(Issue)
}).annotate({ identifier: "FhirOperationOutcome" })

/** @since 0.2.0 */
export interface OperationOutcome extends Schema.Schema.Type<typeof OperationOutcome> {}

/**
 * Makes one issue.
 *
 * Shape: `at` is a place as FHIRPath writes it, `expected` what there should have been.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as OperationOutcome from "@bedside/core/OperationOutcome"
 *
 * const issue = OperationOutcome.issue("error", "required", "Bundle.type", "a type")
 * issue.expression // => ["Bundle.type"]
 * issue.diagnostics // => "Expected a type"
 * ```
 * @since 0.2.0
 */
export const issue = (
  severity: Issue["severity"],
  code: Issue["code"],
  at: string,
  expected: string
): Issue => ({ severity, code, diagnostics: `Expected ${expected}`, expression: [at] })

const codes: ReadonlyMap<string, Issue["code"]> = new Map([
  ["missing", "required"],
  ["type", "structure"],
  ["unexpected", "structure"],
  ["enum", "code-invalid"],
  ["unit", "code-invalid"],
  ["unique", "duplicate"]
])

/**
 * The code of FHIR that comes nearest to one of ours.
 *
 * Shape: the code of an `Invalid.Issue`.
 *
 * Fails with: nothing; what has no like is a `value`.
 *
 * @example
 * ```ts
 * import * as OperationOutcome from "@bedside/core/OperationOutcome"
 *
 * OperationOutcome.codeOf("missing") // => "required"
 * OperationOutcome.codeOf("range") // => "value"
 * ```
 * @since 0.2.0
 */
export const codeOf = (code: string): Issue["code"] => codes.get(code) ?? "value"

/**
 * Makes errors of the problems of an input.
 *
 * Shape: `at` is the place of the input, which goes in front of each path.
 *
 * Fails with: nothing; the codes of FHIR are those that come nearest to ours.
 *
 * @example
 * ```ts
 * import * as Invalid from "@bedside/core/Invalid"
 * import * as OperationOutcome from "@bedside/core/OperationOutcome"
 *
 * const invalid = Invalid.of([Invalid.issue("name[0].family", "type", "a string")])
 * const issues = OperationOutcome.fromInvalid(invalid, "Bundle.entry[0].resource")
 * issues[0]?.code // => "structure"
 * issues[0]?.expression // => ["Bundle.entry[0].resource.name[0].family"]
 * ```
 * @since 0.2.0
 */
export const fromInvalid = (invalid: Invalid.Invalid, at: string): ReadonlyArray<Issue> =>
  invalid.issues.map(({ code, expected, path }) =>
    issue("error", codeOf(code), join(at, path), expected)
  )

const join = (at: string, path: string): string =>
  path === "" || path.startsWith("[") ? at + path : `${at}.${path}`

/**
 * Makes the resource.
 *
 * Shape: issues in the order given; FHIR asks for at least one, so none gives one that says all is
 * well.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as OperationOutcome from "@bedside/core/OperationOutcome"
 *
 * OperationOutcome.make([]).issue.map((it) => it.diagnostics) // => ["All OK"]
 * ```
 * @since 0.2.0
 */
export const make = (issues: ReadonlyArray<Issue>): OperationOutcome => ({
  resourceType: "OperationOutcome",
  issue: issues.length > 0 ? issues : [allOk]
})

const allOk: Issue = {
  severity: "information",
  code: "informational",
  diagnostics: "All OK",
  expression: []
}
