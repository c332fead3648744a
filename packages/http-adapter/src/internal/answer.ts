/**
 * What the workflows fail with, as problems of HTTP: one line per error of core.
 */
import type * as Access from "@bedside/core/Access"
import type * as Identity from "@bedside/core/Identity"
import * as Invalid from "@bedside/core/Invalid"
import type * as Outcomes from "@bedside/core/Outcomes"
import type * as Ports from "@bedside/core/Ports"
import type * as Recalibration from "@bedside/core/Recalibration"
import type * as Registration from "@bedside/core/Registration"
import type * as Roster from "@bedside/core/Roster"
import type * as Score from "@bedside/core/Score"
import type * as Sensor from "@bedside/core/Sensor"
import * as Effect from "effect/Effect"
import * as Problem from "../Problem.ts"

const invalid = (at: string, code: string, expected: string) =>
  Problem.invalid(Invalid.of([Invalid.issue(at, code, expected)]))

const problems = {
  NotFound: (_: Ports.NotFound) => new Problem.NotFound(),
  Conflict: ({ code }: Ports.Conflict) => new Problem.Conflict({ code }),
  Invalid: (error: Invalid.Invalid) => Problem.invalid(error),
  Stale: (_: Identity.Stale) => new Problem.PreconditionFailed(),
  SignInRefused: (_: Access.SignInRefused) => new Problem.Unauthorized(),
  WrongToken: (_: Registration.WrongToken) => new Problem.NotFound(),
  NotARoster: ({ missing }: Roster.NotARoster) =>
    invalid("", "header", `a CSV with the columns ${missing.join(", ")} in its header`),
  OutsidePopulation: (error: Score.OutsidePopulation) => Problem.outsidePopulation(error),
  TooFewValues: ({ needed, got }: Sensor.TooFewValues) =>
    invalid("values", "length", `at least ${needed} finite values, got ${got}`),
  TooFewOutcomes: ({ needed, withOutcome, without }: Recalibration.TooFewOutcomes) =>
    invalid(
      "",
      "outcomes",
      `${needed} patients with the outcome and as many without; there are ${withOutcome} and ${without}`
    ),
  Unmeasurable: ({ problems: all }: Outcomes.Unmeasurable) =>
    Problem.invalid(
      Invalid.of(
        all.map(({ reason }) => Invalid.issue("", reason, "outcomes that can be judged by"))
      )
    )
}

type Refusals = {
  readonly [Tag in keyof typeof problems]: Parameters<(typeof problems)[Tag]>[0]
}

/** Every error a workflow may fail with. */
export type Refusal = Refusals[keyof Refusals]

/** The problem an error becomes. */
export type ProblemOf<E> = E extends Refusal ? ReturnType<(typeof problems)[E["_tag"]]> : E

const isRefusal = (error: unknown): error is Refusal =>
  typeof error === "object" &&
  error !== null &&
  "_tag" in error &&
  typeof error._tag === "string" &&
  error._tag in problems

// The table is read by the error's own tag, so the entry takes this error and gives its problem: what
// the compiler cannot follow, `ProblemOf` says.
const problemOf = <E>(error: E): ProblemOf<E> => {
  if (!isRefusal(error)) return error as ProblemOf<E>
  const entry: (it: never) => unknown = problems[error._tag]
  return entry(error as never) as ProblemOf<E>
}

/** Runs a workflow and turns what it refuses into problems; what is a problem already stays. */
export const answer = <A, E, R>(
  workflow: Effect.Effect<A, E, R>
): Effect.Effect<A, ProblemOf<E>, R> => Effect.mapError(workflow, problemOf)

/** What became of the rows of a batch, as the contract has it. */
export const rowOutcome = (
  outcome:
    | {
        readonly index: number
        readonly status: Ports.Recorded["status"]
        readonly id: string
      }
    | {
        readonly index: number
        readonly status: "refused"
        readonly error: Invalid.Invalid | Ports.Conflict
      }
) => {
  if (outcome.status !== "refused") return outcome
  const { index, status, error } = outcome
  return error._tag === "Invalid"
    ? { index, status, error: { title: "The row is not valid", errors: error.issues } }
    : {
        index,
        status,
        error: {
          title: "The row conflicts with what is stored",
          errors: [Invalid.issue(error.path, error.code, "a value that no other record has")]
        }
      }
}
