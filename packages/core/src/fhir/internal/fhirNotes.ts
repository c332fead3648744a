/** What is said of one entry while it is read: a list that grows, with a word for each kind. */
import type * as Invalid from "../../input/Invalid.ts"
import * as OperationOutcome from "../OperationOutcome.ts"

type Say = (code: OperationOutcome.Issue["code"], at: string, expected: string) => undefined

/** `error` and the others give `undefined`, so that a reader may return what they give. */
export interface Notes {
  readonly issues: ReadonlyArray<OperationOutcome.Issue>
  readonly refused: () => boolean
  readonly error: Say
  readonly warning: Say
  readonly information: Say
  /** Says of a value that it is not there, though its entry is in order. */
  readonly omission: (at: string, expected: string) => undefined
  readonly omitted: () => boolean
  readonly invalid: (invalid: Invalid.Invalid, at: string) => undefined
}

export const make = (): Notes => {
  const issues: Array<OperationOutcome.Issue> = []
  let omitted = false
  const say =
    (severity: OperationOutcome.Issue["severity"]): Say =>
    (code, at, expected) => {
      issues.push(OperationOutcome.issue(severity, code, at, expected))
      return undefined
    }
  return {
    issues,
    refused: () => issues.some(({ severity }) => severity === "error"),
    error: say("error"),
    warning: say("warning"),
    information: say("information"),
    omission: (at, expected) => {
      omitted = true
      return say("warning")("informational", at, expected)
    },
    omitted: () => omitted,
    invalid: (invalid, at) => {
      issues.push(...OperationOutcome.fromInvalid(invalid, at))
      return undefined
    }
  }
}
