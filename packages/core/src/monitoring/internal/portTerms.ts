/**
 * What the ports of all records have in common: how they refuse, and what of a list they give.
 */
import * as Schema from "effect/Schema"
import * as Registry from "../../risk/Registry.ts"

/**
 * There is no such record, or none that the caller may know of.
 *
 * @since 0.1.0
 */
export class NotFound extends Schema.TaggedError<NotFound>()("NotFound", {
  what: Schema.Literals([
    "patient",
    "photo",
    "registration",
    "measurement",
    "assessment",
    "ecg",
    "sensor",
    "upload",
    "risk-model",
    "risk-run",
    "campaign",
    "job",
    "account"
  ])
}) {}

/**
 * The record contradicts one that is there: `path` names the field, `code` the rule.
 *
 * @since 0.1.0
 */
export class Conflict extends Schema.TaggedError<Conflict>()("Conflict", {
  code: Schema.Literals([
    "email-taken",
    "identifier-taken",
    "user-taken",
    "ecg-differs",
    "candidate-waits",
    "already-live",
    "never-live",
    "calibrated-already",
    "no-training-reference",
    ...Registry.Refused.fields.code.literals
  ]),
  path: Schema.String
}) {}

/**
 * A stretch of a list: at most `limit` records, those that come after a key, which may be that of a
 * record that is gone. Texts are in order of their characters' codes, not of any language.
 *
 * @since 0.1.0
 */
export interface Slice<Key> {
  readonly limit: number
  readonly after?: Key
}
