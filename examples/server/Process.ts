/**
 * A process: what it prints when it cannot start, and what it leaves with.
 *
 * An expected failure is one line for the person who started it; a defect keeps its trace, because it
 * is a fault of ours. A process that was asked to stop and did leaves with 0, any other end is 1.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Logger from "effect/Logger"
import * as Predicate from "effect/Predicate"

const deepest = (error: unknown): unknown =>
  Predicate.hasProperty(error, "cause") && error.cause instanceof Error
    ? deepest(error.cause)
    : error

const line = (error: unknown): string => {
  const origin = deepest(error)
  const text = origin instanceof Error && origin.message !== "" ? origin.message : String(origin)
  return text.replaceAll(/\s*\n\s*/g, " ")
}

const explain = (cause: Cause.Cause<unknown>) => {
  if (Cause.hasInterruptsOnly(cause)) return Effect.void
  const failure = cause.reasons.find(Cause.isFailReason)
  return Console.error(
    failure === undefined ? Cause.pretty(cause) : `Bedside stops: ${line(failure.error)}`
  )
}

const isGood = (exit: Exit.Exit<unknown, unknown>) =>
  Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause)

/** One line an event, for whatever collects the logs. */
const logger = Logger.layer([Logger.consoleLogFmt])

/** Runs an effect as the process. */
export const main = <A, E>(effect: Effect.Effect<A, E>): void =>
  NodeRuntime.runMain(effect.pipe(Effect.tapCause(explain), Effect.provide(logger)), {
    disableErrorReporting: true,
    teardown: (exit, leave) => leave(isGood(exit) ? 0 : 1)
  })
