/**
 * The versions of a trained risk model and what became of each: who approved which step, when and why.
 *
 * The guarantee that bites: at most one version of a task is active and at most one is its shadow. What
 * a version computes with never changes, version numbers only go up, and no step is erased, so it can
 * be told which version was active at any time and who answered for it.
 *
 *     candidate ──shadow──► shadow ──activate──► active ──(another is activated)──► retired
 *         └──────retire───────┴────────retire───────┴──────────────────────────────────┘
 *
 * A roll back takes the version that was active before, out of retirement, in one step. Functions here
 * decide on a `Lineage` and give `Changes`; a store reads the one and writes the other in one
 * transaction.
 *
 * Not a medical device: a registry says who approved a model, and not that it is right.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import * as Text from "../input/Text.ts"
import * as Timestamp from "../input/Timestamp.ts"
import { compare } from "./internal/semanticVersions.ts"
import * as RiskModel from "./RiskModel.ts"

/**
 * What is foretold; the `id` of its models.
 *
 * @since 0.2.0
 */
export const Task = Schema.Literals(["deterioration", "hypotension"])

/** @since 0.2.0 */
export type Task = typeof Task.Type

/**
 * Where a version stands. A shadow foretells what the active version does, on the same events, and
 * nobody is shown it.
 *
 * @since 0.2.0
 */
export const State = Schema.Literals(["candidate", "shadow", "active", "retired"])

/** @since 0.2.0 */
export type State = typeof State.Type

/**
 * Why a step was approved, in words.
 *
 * @since 0.2.0
 */
export const Reason = Text.upTo(500)

/**
 * A step of a version to a state. `nth` counts all steps of the task, from 1 on, in the order in which
 * they were taken.
 *
 * @since 0.2.0
 */
export const Step = Schema.Struct({
  nth: Schema.Int,
  state: State,
  approver: Schema.String,
  reason: Reason,
  at: Timestamp.Instant
}).annotate({ identifier: "RiskModelStep" })

/** @since 0.2.0 */
export interface Step extends Schema.Schema.Type<typeof Step> {}

const Sha256 = Schema.String.check(Schema.isPattern(/^[0-9a-f]{64}$/))

/**
 * SHA-256 of what a version was trained on, of the definition of its features, and of all of it, with
 * what it is compared with: another reference would let other patients pass.
 *
 * @since 0.2.0
 */
export const Hashes = Schema.Struct({
  training: Sha256,
  features: Sha256,
  model: Sha256
}).annotate({ identifier: "RiskModelHashes" })

/** @since 0.2.0 */
export interface Hashes extends Schema.Schema.Type<typeof Hashes> {}

/**
 * A model without the numbers that it computes with or is compared with: what it is for, what it was
 * trained on, how well it did, its calibrator and its thresholds.
 *
 * @since 0.2.0
 */
export const Card = RiskModel.RiskModel.mapFields(
  Struct.omit(["definition", "predictor", "reference"])
).annotate({ identifier: "RiskModelCard" })

/** @since 0.2.0 */
export interface Card extends Schema.Schema.Type<typeof Card> {}

/**
 * A version on record; the last of its steps is the state it is in.
 *
 * @since 0.2.0
 */
export const Entry = Schema.Struct({
  task: Task,
  version: RiskModel.RiskModel.fields.version,
  state: State,
  hashes: Hashes,
  card: Card,
  steps: Schema.Array(Step)
}).annotate({ identifier: "RiskModelEntry" })

/** @since 0.2.0 */
export interface Entry extends Schema.Schema.Type<typeof Entry> {}

/**
 * Every version of a task, lowest first.
 *
 * @since 0.2.0
 */
export type Lineage = ReadonlyArray<Entry>

/**
 * A model on its way into the registry.
 *
 * @since 0.2.0
 */
export interface Draft {
  readonly task: Task
  readonly model: RiskModel.RiskModel
  readonly hashes: Hashes
}

/**
 * Who approves a step, when, and why.
 *
 * @since 0.2.0
 */
export interface Approval {
  readonly approver: string
  readonly reason: string
  readonly now: DateTime.Utc
}

/**
 * The versions that were made or moved to another state, with the steps they took; the one that was
 * asked for is first. `model` is that of a version that is new.
 *
 * @since 0.2.0
 */
export interface Changes {
  readonly entries: readonly [Entry, ...ReadonlyArray<Entry>]
  readonly model?: RiskModel.RiskModel
}

/**
 * There is no such version.
 *
 * @since 0.2.0
 */
export class Missing extends Schema.TaggedError<Missing>()("RiskModelMissing", {
  version: Schema.String
}) {}

/**
 * The lineage does not allow it: the version is not above all others, is not a candidate or not the
 * shadow, is retired already; another version is the shadow; no other version was active before; or
 * there are versions already.
 *
 * @since 0.2.0
 */
export class Refused extends Schema.TaggedError<Refused>()("RiskModelRefused", {
  code: Schema.Literals([
    "version-not-above",
    "not-a-candidate",
    "not-the-shadow",
    "already-retired",
    "shadow-waits",
    "none-before",
    "not-the-first"
  ])
}) {}

const refuse = (code: Refused["code"]) => Result.fail(new Refused({ code }))

/**
 * A stretch of time in which a version was active: from its start on, up to its end, which is null
 * while it lasts.
 *
 * @since 0.2.0
 */
export interface Stretch {
  readonly version: string
  readonly from: DateTime.Utc
  readonly until: DateTime.Utc | null
}

/**
 * The stretches in which versions were active.
 *
 * Shape: in the order of time; a version that was gone back to has several. They do not overlap, and
 * there is a gap where the active version was retired and none took its place.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Registry from "@bedside/core/Registry"
 *
 * Registry.stretches([]) // => []
 * ```
 * @since 0.2.0
 */
export const stretches = (lineage: Lineage): ReadonlyArray<Stretch> =>
  lineage
    .flatMap(({ version, steps }) =>
      steps.flatMap(({ state, nth, at }, index) =>
        state === "active" ? [{ nth, version, from: at, until: steps[index + 1]?.at ?? null }] : []
      )
    )
    .toSorted((left, right) => left.nth - right.nth)
    .map(({ version, from, until }) => ({ version, from, until }))

/**
 * The version that was active at a time.
 *
 * Shape: a stretch includes its start and not its end. Undefined where none was active.
 *
 * Fails with: nothing.
 *
 * @example
 * ```ts
 * import * as Deterioration from "@bedside/core/Deterioration"
 * import * as Registry from "@bedside/core/Registry"
 * import * as DateTime from "effect/DateTime"
 * import * as Result from "effect/Result"
 *
 * const hash = "0".repeat(64)
 * const hashes = { training: hash, features: hash, model: hash }
 * const draft = { task: "deterioration", model: Deterioration.model, hashes } as const
 * const now = DateTime.makeUnsafe(1_000)
 * const shipped = Registry.ship([], draft, { approver: "bedside", reason: "shipped", now })
 * const lineage = Result.getOrThrow(shipped).entries
 * Registry.activeAt(lineage, now)?.version // => "1.0.0"
 * Registry.activeAt(lineage, DateTime.makeUnsafe(999)) // => undefined
 * ```
 * @since 0.2.0
 */
export const activeAt = (lineage: Lineage, at: DateTime.Utc): Entry | undefined => {
  const found = stretches(lineage).find(
    ({ from, until }) =>
      DateTime.isLessThanOrEqualTo(from, at) && (until === null || DateTime.isLessThan(at, until))
  )
  return lineage.find(({ version }) => version === found?.version)
}

/**
 * Registers a version, which foretells nothing until it is the shadow.
 *
 * Shape: its number is above that of every version there is, the retired ones too. Any number of
 * candidates may wait.
 *
 * Fails with: `Refused`, `version-not-above`.
 *
 * @example
 * ```ts
 * import * as Deterioration from "@bedside/core/Deterioration"
 * import * as Registry from "@bedside/core/Registry"
 * import * as DateTime from "effect/DateTime"
 * import * as Result from "effect/Result"
 *
 * const hash = "0".repeat(64)
 * const hashes = { training: hash, features: hash, model: hash }
 * const draft = { task: "deterioration", model: Deterioration.model, hashes } as const
 * const by = { approver: "ada", reason: "refitted", now: DateTime.makeUnsafe(0) }
 * const { entries } = Result.getOrThrow(Registry.propose([], draft, by))
 * entries[0].state // => "candidate"
 * Result.isFailure(Registry.propose(entries, draft, by)) // => true
 * ```
 * @since 0.2.0
 */
export const propose = (
  lineage: Lineage,
  { task, model, hashes }: Draft,
  by: Approval
): Result.Result<Changes, Refused> => {
  if (lineage.some(({ version }) => compare(version, model.version) >= 0)) {
    return refuse("version-not-above")
  }
  const steps = [stepTo(lineage, "candidate", by)]
  const { version } = model
  const card = Struct.omit(model, ["definition", "predictor", "reference"])
  const entry: Entry = { task, version, state: "candidate", hashes, card, steps }
  return Result.succeed({ entries: [entry], model })
}

/**
 * Registers the first version of a task as active, because it comes with the program.
 *
 * Shape: where there are versions already, whatever became of them, nothing is shipped.
 *
 * Fails with: `Refused`, `not-the-first`.
 *
 * @example
 * ```ts
 * import * as Hypotension from "@bedside/core/Hypotension"
 * import * as Registry from "@bedside/core/Registry"
 * import * as DateTime from "effect/DateTime"
 * import * as Result from "effect/Result"
 *
 * const hash = "0".repeat(64)
 * const hashes = { training: hash, features: hash, model: hash }
 * const draft = { task: "hypotension", model: Hypotension.model, hashes } as const
 * const by = { approver: "bedside", reason: "shipped", now: DateTime.makeUnsafe(0) }
 * const { entries } = Result.getOrThrow(Registry.ship([], draft, by))
 * entries[0].steps.map(({ state }) => state) // => ["candidate", "active"]
 * ```
 * @since 0.2.0
 */
export const ship = (
  lineage: Lineage,
  draft: Draft,
  by: Approval
): Result.Result<Changes, Refused> => {
  if (lineage.length > 0) return refuse("not-the-first")
  return Result.map(propose(lineage, draft, by), ({ entries: [entry] }) => ({
    entries: [moved(entry, stepTo([entry], "active", by))],
    model: draft.model
  }))
}

/**
 * Lets a candidate foretell beside the active version.
 *
 * Shape: the active version stays active, and there may be none. One shadow at a time.
 *
 * Fails with: `Missing`; `Refused`: `not-a-candidate`, `shadow-waits`.
 *
 * @example
 * ```ts
 * import * as Deterioration from "@bedside/core/Deterioration"
 * import * as Registry from "@bedside/core/Registry"
 * import * as DateTime from "effect/DateTime"
 * import * as Result from "effect/Result"
 *
 * const hash = "0".repeat(64)
 * const hashes = { training: hash, features: hash, model: hash }
 * const draft = { task: "deterioration", model: Deterioration.model, hashes } as const
 * const by = { approver: "ada", reason: "refitted", now: DateTime.makeUnsafe(0) }
 * const { entries } = Result.getOrThrow(Registry.propose([], draft, by))
 * const shadowed = Registry.shadow(entries, "1.0.0", { ...by, reason: "to be watched" })
 * Result.getOrThrow(shadowed).entries[0].state // => "shadow"
 * ```
 * @since 0.2.0
 */
export const shadow = (
  lineage: Lineage,
  version: string,
  by: Approval
): Result.Result<Changes, Missing | Refused> =>
  Result.flatMap(find(lineage, version), (entry) => {
    if (entry.state !== "candidate") return refuse("not-a-candidate")
    if (inState(lineage, "shadow") !== undefined) return refuse("shadow-waits")
    return Result.succeed({ entries: [moved(entry, stepTo(lineage, "shadow", by))] })
  })

/**
 * Makes the shadow the active version; the one that was active is retired.
 *
 * Shape: only what was a shadow, and so was watched, can be activated.
 *
 * Fails with: `Missing`; `Refused`, `not-the-shadow`.
 *
 * @example
 * ```ts
 * import * as Deterioration from "@bedside/core/Deterioration"
 * import * as Registry from "@bedside/core/Registry"
 * import * as DateTime from "effect/DateTime"
 * import * as Result from "effect/Result"
 *
 * const hash = "0".repeat(64)
 * const hashes = { training: hash, features: hash, model: hash }
 * const draft = { task: "deterioration", model: Deterioration.model, hashes } as const
 * const by = { approver: "ada", reason: "refitted", now: DateTime.makeUnsafe(0) }
 * const { entries } = Result.getOrThrow(Registry.propose([], draft, by))
 * const refused = Registry.activate(entries, "1.0.0", by)
 * Result.getOrThrow(Result.flip(refused))._tag // => "RiskModelRefused"
 * ```
 * @since 0.2.0
 */
export const activate = (
  lineage: Lineage,
  version: string,
  by: Approval
): Result.Result<Changes, Missing | Refused> =>
  Result.flatMap(find(lineage, version), (entry) =>
    entry.state === "shadow"
      ? Result.succeed(goesActive(lineage, entry, by))
      : refuse("not-the-shadow")
  )

/**
 * Ends a version: a candidate or a shadow that is not wanted, or the active one, after which nothing is
 * foretold for the task until another is activated or gone back to.
 *
 * Shape: the version stays to be looked at.
 *
 * Fails with: `Missing`; `Refused`, `already-retired`.
 *
 * @example
 * ```ts
 * import * as Hypotension from "@bedside/core/Hypotension"
 * import * as Registry from "@bedside/core/Registry"
 * import * as DateTime from "effect/DateTime"
 * import * as Result from "effect/Result"
 *
 * const hash = "0".repeat(64)
 * const hashes = { training: hash, features: hash, model: hash }
 * const draft = { task: "hypotension", model: Hypotension.model, hashes } as const
 * const by = { approver: "ada", reason: "shipped", now: DateTime.makeUnsafe(0) }
 * const { entries } = Result.getOrThrow(Registry.ship([], draft, by))
 * const ended = Registry.retire(entries, "1.0.0", { ...by, reason: "not made for this ward" })
 * Result.getOrThrow(ended).entries[0].state // => "retired"
 * ```
 * @since 0.2.0
 */
export const retire = (
  lineage: Lineage,
  version: string,
  by: Approval
): Result.Result<Changes, Missing | Refused> =>
  Result.flatMap(find(lineage, version), (entry) =>
    entry.state === "retired"
      ? refuse("already-retired")
      : Result.succeed({ entries: [moved(entry, stepTo(lineage, "retired", by))] })
  )

/**
 * Makes the version active again that was so before the last one that was; that one is retired.
 *
 * Shape: one step, without a shadow, because the version was active. Nothing is erased, so a roll back
 * can be rolled back.
 *
 * Fails with: `Refused`, `none-before`.
 *
 * @example
 * ```ts
 * import * as Registry from "@bedside/core/Registry"
 * import * as DateTime from "effect/DateTime"
 * import * as Result from "effect/Result"
 *
 * const by = { approver: "ada", reason: "too many alarms", now: DateTime.makeUnsafe(0) }
 * Result.getOrThrow(Result.flip(Registry.rollback([], by))).code // => "none-before"
 * ```
 * @since 0.2.0
 */
export const rollback = (lineage: Lineage, by: Approval): Result.Result<Changes, Refused> => {
  const before = stretches(lineage).at(-2)?.version
  const entry = lineage.find(({ version }) => version === before)
  return entry === undefined
    ? refuse("none-before")
    : Result.succeed(goesActive(lineage, entry, by))
}

const find = (lineage: Lineage, version: string): Result.Result<Entry, Missing> => {
  const entry = lineage.find((it) => it.version === version)
  return entry === undefined ? Result.fail(new Missing({ version })) : Result.succeed(entry)
}

const inState = (lineage: Lineage, state: State): Entry | undefined =>
  lineage.find((entry) => entry.state === state)

/** The next step of the lineage; the clocks of two servers may disagree. */
const stepTo = (lineage: Lineage, state: State, { approver, reason, now }: Approval): Step => {
  const steps = lineage.flatMap((entry) => entry.steps)
  const at = steps.reduce((latest, step) => DateTime.max(latest, step.at), now)
  return { nth: steps.length + 1, state, approver, reason, at }
}

const moved = (entry: Entry, step: Step): Entry => ({
  ...entry,
  state: step.state,
  steps: [...entry.steps, step]
})

const goesActive = (lineage: Lineage, entry: Entry, by: Approval): Changes => {
  const active = inState(lineage, "active")
  if (active === undefined) return { entries: [moved(entry, stepTo(lineage, "active", by))] }
  const retired = moved(active, stepTo(lineage, "retired", by))
  const since = lineage.map((it) => (it === active ? retired : it))
  return { entries: [moved(entry, stepTo(since, "active", by)), retired] }
}
