/**
 * What became of a patient, as somebody states it: the outcome that a task foretells and that nothing on
 * record can tell.
 *
 * The guarantee that bites: it counts for a risk that was told before it was known, and only once the
 * horizon of the task has passed. Those who die early are known early; counted at once, they would make
 * every model look too hopeful.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Account from "../access/Account.ts"
import * as Invalid from "../input/Invalid.ts"
import * as Timestamp from "../input/Timestamp.ts"
import * as Patient from "../patient/Patient.ts"

/**
 * The tasks whose outcome has to be stated. Low pressure is measured.
 *
 * @since 0.2.0
 */
export const Task = Schema.Literals(["deterioration"])

/** @since 0.2.0 */
export type Task = typeof Task.Type

/**
 * Whether a patient had the outcome, known since a time: that of the death, or of the discharge alive.
 *
 * @since 0.2.0
 */
export const Statement = Schema.Struct({
  patientId: Patient.PatientId,
  outcome: Schema.Boolean,
  at: Timestamp.Timestamp
}).annotate({ identifier: "OutcomeStatement" })

/** @since 0.2.0 */
export interface Statement extends Schema.Schema.Type<typeof Statement> {}

/**
 * A statement with who made it. There is one of a patient and task; another one corrects it.
 *
 * @since 0.2.0
 */
export interface Label extends Omit<Statement, "at"> {
  readonly task: Task
  readonly at: DateTime.Utc
  readonly statedBy: Account.AccountId
  readonly statedAt: DateTime.Utc
}

/**
 * What a store makes of a label. `absent` is the patient.
 *
 * @since 0.2.0
 */
export type Stored = "created" | "unchanged" | "corrected" | "absent"

/**
 * What became of a row of statements, by its place.
 *
 * @since 0.2.0
 */
export type Outcome =
  | {
      readonly index: number
      readonly status: Exclude<Stored, "absent">
      readonly id: Patient.PatientId
    }
  | { readonly index: number; readonly status: "refused"; readonly error: Invalid.Invalid }

/**
 * Checks statements that came together.
 *
 * Shape: rows as they were decoded, each with its result in its place.
 *
 * Fails with: nothing; a row is refused with `Invalid` at `at` for a time in the future, or at
 * `patientId` for a patient of whom an earlier row has stated the outcome.
 *
 * @example
 * ```ts
 * import * as Label from "@bedside/core/Label"
 * import * as Patient from "@bedside/core/Patient"
 * import * as Timestamp from "@bedside/core/Timestamp"
 * import * as DateTime from "effect/DateTime"
 * import * as Result from "effect/Result"
 *
 * const patientId = Patient.PatientId.make("01890a5d-ac96-774b-bcce-b302099a8057")
 * const row = Result.succeed({ patientId, outcome: true, at: Timestamp.at(1_000) })
 * const checked = Label.check([row, row], DateTime.makeUnsafe(2_000))
 * checked.map(Result.isSuccess) // => [true, false]
 * ```
 * @since 0.2.0
 */
export const check = (
  rows: ReadonlyArray<Result.Result<Statement, Invalid.Invalid>>,
  now: DateTime.Utc
): ReadonlyArray<Result.Result<Statement, Invalid.Invalid>> => {
  const seen = new Set<Patient.PatientId>()
  return rows.map((row) =>
    Result.flatMap(row, (statement) => {
      const repeated = seen.has(statement.patientId)
      seen.add(statement.patientId)
      const problems = [
        ...(DateTime.isGreaterThan(statement.at, now) ? [early] : []),
        ...(repeated ? [repetition] : [])
      ]
      return problems.length > 0 ? Result.fail(Invalid.of(problems)) : Result.succeed(statement)
    })
  )
}

/**
 * What became of each row: the good ones as they were stored, in their order.
 *
 * Shape: as many `stored` as rows that `check` let through.
 *
 * Fails with: nothing; a patient who is not on record is a refused row.
 *
 * @example
 * ```ts
 * import * as Invalid from "@bedside/core/Invalid"
 * import * as Label from "@bedside/core/Label"
 * import * as Result from "effect/Result"
 *
 * const refused = Result.fail(Invalid.of([Invalid.issue("at", "missing", "a time")]))
 * Label.outcomes([refused], []).map(({ status }) => status) // => ["refused"]
 * ```
 * @since 0.2.0
 */
export const outcomes = (
  checked: ReadonlyArray<Result.Result<Statement, Invalid.Invalid>>,
  stored: ReadonlyArray<Stored>
): ReadonlyArray<Outcome> => {
  let next = 0
  return checked.map((row, index): Outcome => {
    if (Result.isFailure(row)) return { index, status: "refused", error: row.failure }
    const status = stored[next++]!
    return status === "absent"
      ? { index, status: "refused", error: Invalid.of([unknown]) }
      : { index, status, id: row.success.patientId }
  })
}

const early = Invalid.issue(["at"], "range", "a time that is not in the future")
const unknown = Invalid.issue(["patientId"], "unknown", "the id of a patient on record")
const repetition = Invalid.issue(["patientId"], "repeated", "one statement of a patient")
