/**
 * One port method, one transaction.
 *
 * What goes wrong with the database is a defect, except what a method turned into an error of its own
 * before. Postgres quotes rows and parameters in what it says, so a defect holds only what cannot be
 * personal: defects are logged. Of two transactions that block each other Postgres gives one up; that
 * one runs again, unseen by the caller, so nothing but SQL and pure functions may be in it.
 */
import type * as Patient from "@bedside/core/Patient"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type { SqlClient } from "effect/sql/SqlClient"
import { SqlError } from "effect/sql/SqlError"
import * as Row from "./Row.ts"

/** Reasons whose message may quote a row or a parameter. */
const quoting = new Set(["UniqueViolation", "ConstraintError", "UnknownError"])

const field = (cause: unknown, name: string): ReadonlyArray<string> =>
  Predicate.hasProperty(cause, name) && Predicate.isString(cause[name]) ? [cause[name]] : []

/** What an operator may read of a failed statement. */
export class DatabaseFailure extends Error {
  override readonly name = "DatabaseFailure"

  constructor({ reason: { _tag: tag, cause } }: SqlError) {
    const details = quoting.has(tag) ? ["table", "constraint"] : ["message"]
    super([tag, ...["code", ...details].flatMap((name) => field(cause, name))].join(" "))
  }
}

const die = (error: unknown): Effect.Effect<never> =>
  Effect.die(error instanceof SqlError ? new DatabaseFailure(error) : error)

const isGivenUp = (error: unknown): boolean =>
  error instanceof SqlError &&
  (error.reason._tag === "DeadlockError" || error.reason._tag === "SerializationError")

/** Runs statements that belong together. */
export const run = <A, E, R>(sql: SqlClient, statements: Effect.Effect<A, E, R>) =>
  sql
    .withTransaction(statements)
    .pipe(Effect.retry({ while: isGivenUp, times: 10 }), Effect.catchTag("SqlError", die))

/** Runs one statement, or several that read. */
export const orDie = <A, E, R>(statements: Effect.Effect<A, E | SqlError, R>) =>
  Effect.catchTag(statements, "SqlError", die)

/** Fails with the caller's error where a statement breaks the unique constraint of such a name. */
export const onDuplicate =
  <E2>(constraint: string | RegExp, error: () => E2) =>
  <A, E, R>(statement: Effect.Effect<A, E | SqlError, R>): Effect.Effect<A, E | E2 | SqlError, R> =>
    Effect.catchIf(
      statement,
      (failure) =>
        failure instanceof SqlError &&
        failure.reason._tag === "UniqueViolation" &&
        (Predicate.isString(constraint)
          ? failure.reason.constraint === constraint
          : constraint.test(failure.reason.constraint)),
      () => Effect.fail(error())
    )

/**
 * Waits until nobody else writes what belongs to a patient, and keeps others waiting to the end of the
 * transaction. Fails with `NotFound` when there is no such patient.
 */
export const holdPatient = (sql: SqlClient, id: Patient.PatientId) =>
  Effect.flatMap(
    sql`select id from bedside_patients where id = ${id} for no key update`,
    Row.first("patient")
  )
