/**
 * The ports of trained risk models: their versions, and what these foretold.
 */
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import type * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
import type * as Patient from "../../patient/Patient.ts"
import type * as Registry from "../../risk/Registry.ts"
import type * as RiskModel from "../../risk/RiskModel.ts"
import type * as Foretold from "../Foretold.ts"
import type * as Label from "../Label.ts"
import type { NotFound, Slice } from "./portTerms.ts"

/**
 * A version that foretells at present, and the part it has.
 *
 * @since 0.2.0
 */
export interface Standing {
  readonly task: Registry.Task
  readonly version: string
  readonly role: Foretold.Role
}

/**
 * Trained risk models: every version stays, with every step it took.
 *
 * @since 0.2.0
 */
export class RiskModels extends Context.Service<
  RiskModels,
  {
    /**
     * Stores what `decide` makes of the lineage of a task, and gives the first of the changes. A
     * version that is there already changes in nothing but its state and its steps.
     */
    readonly append: <E>(
      task: Registry.Task,
      decide: (lineage: Registry.Lineage) => Result.Result<Registry.Changes, E>
    ) => Effect.Effect<Registry.Entry, E>
    /** The active version of each task and its shadow, in one look; in order of task and role. */
    readonly standing: Effect.Effect<ReadonlyArray<Standing>>
    /** What a version computes with, which never changes. */
    readonly model: (
      task: Registry.Task,
      version: string
    ) => Effect.Effect<RiskModel.RiskModel, NotFound>
    /** The version that was active at a time: from the start of a stretch on, until its end. */
    readonly activeAt: (
      task: Registry.Task,
      at: DateTime.Utc
    ) => Effect.Effect<Registry.Entry, NotFound>
    /** Lowest version first. */
    readonly lineage: (task: Registry.Task) => Effect.Effect<Registry.Lineage>
  }
>()("bedside/RiskModels") {}

/**
 * What risk models foretold. The natural key is patient, task, version and `asOf`.
 *
 * @since 0.2.0
 */
export class Predictions extends Context.Service<
  Predictions,
  {
    /**
     * Upserts all of them, which are of one patient. A record stays as it is where the one that is
     * saved was `foretoldAt` an earlier time, so who was slower does not undo who knew more.
     */
    readonly save: (
      patientId: Patient.PatientId,
      foretold: ReadonlyArray<Foretold.Foretold>
    ) => Effect.Effect<void, NotFound>
    /** The newest of each task that its active version foretold, in order of task. */
    readonly latest: (
      patientId: Patient.PatientId
    ) => Effect.Effect<ReadonlyArray<Foretold.Foretold>>
    /** Newest `asOf` first; of one time, in order of task and version. */
    readonly list: (
      patientId: Patient.PatientId,
      slice: Slice<Pick<Foretold.Foretold, "asOf" | "task" | "version">>
    ) => Effect.Effect<ReadonlyArray<Foretold.Foretold>>
    /**
     * The first risk that one version foretold of each patient, in order of `asOf` and patient:
     * `followed` hours or more (0) after the first that it foretold or refused of them.
     */
    readonly firsts: (
      query: {
        readonly task: Registry.Task
        readonly version: string
        readonly followed?: number | undefined
        /** Inclusive. */
        readonly from?: DateTime.Utc | undefined
        /** Exclusive. */
        readonly to?: DateTime.Utc | undefined
      },
      slice: Slice<Pick<Foretold.Foretold, "asOf" | "patientId">>
    ) => Effect.Effect<ReadonlyArray<Foretold.Foretold>>
  }
>()("bedside/Predictions") {}

/**
 * What became of patients, as it was stated. The natural key is patient and task.
 *
 * @since 0.2.0
 */
export class Labels extends Context.Service<
  Labels,
  {
    /**
     * Upserts labels of different patients, with what became of each in its place. The same outcome at
     * the same time is `unchanged`, whoever states it.
     */
    readonly state: (
      task: Label.Task,
      labels: ReadonlyArray<Label.Label>
    ) => Effect.Effect<ReadonlyArray<Label.Stored>>
    /** Those of the patients that are stated, in no order. */
    readonly of: (
      task: Label.Task,
      patientIds: ReadonlyArray<Patient.PatientId>
    ) => Effect.Effect<ReadonlyArray<Label.Label>>
  }
>()("bedside/Labels") {}
