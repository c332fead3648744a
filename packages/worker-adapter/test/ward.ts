/**
 * A ward to test the worker on: the real workflows over the memory store, people who register, and a
 * log that is kept.
 */
import * as Admission from "@bedside/core/Admission"
import * as Campaigning from "@bedside/core/Campaigning"
import * as Conducting from "@bedside/core/Conducting"
import * as Electrocardiography from "@bedside/core/Electrocardiography"
import * as Fitting from "@bedside/core/Fitting"
import * as Foretelling from "@bedside/core/Foretelling"
import type * as Jobs from "@bedside/core/Jobs"
import * as Memory from "@bedside/core/Memory"
import * as Monitoring from "@bedside/core/Monitoring"
import * as Notifying from "@bedside/core/Notifying"
import * as Patient from "@bedside/core/Patient"
import * as Ports from "@bedside/core/Ports"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as WorkflowEngine from "effect/workflow/WorkflowEngine"

/** Everything a worker needs, over a fresh store, with these channels. */
export const layer = (
  channels: ReadonlyArray<Notifying.Channel> = [],
  store: Layer.Layer<Ports.Store> = Memory.layer
) =>
  Layer.mergeAll(
    Admission.Admission.layer,
    Campaigning.Campaigning.layer,
    Conducting.Conducting.layer,
    Electrocardiography.Electrocardiography.layer,
    Fitting.Fitting.layer,
    Foretelling.Foretelling.layer,
    Monitoring.Monitoring.layer,
    Notifying.Notifying.layer
  ).pipe(
    Layer.provideMerge(store),
    Layer.provide(WorkflowEngine.layerMemory),
    Layer.provide([SecureRandom.layerWebCrypto, Fitting.layerCsv]),
    Layer.provide(Layer.succeed(Notifying.Channels, channels))
  )

/** A store that breaks on patients of this name, and tells what nobody should read. */
export const breakingOn = (name: string): Layer.Layer<Ports.Store> =>
  Layer.effect(
    Ports.Patients,
    Ports.Patients.useSync((patients) =>
      Ports.Patients.of({
        ...patients,
        find: (id) =>
          Effect.tap(patients.find(id), ({ givenName, email, phone }) =>
            givenName === name ? Effect.die(new Error(`${name} ${email} ${phone}`)) : Effect.void
          )
      })
    )
  ).pipe(Layer.provideMerge(Memory.layer))

export const photo: Patient.Photo = { contentType: "image/png", bytes: Uint8Array.of(1) }

export const ada = {
  givenName: "Ada",
  familyName: "Byron",
  email: "ada@example.org",
  phone: "+4915112345678"
}

/** Someone registers, which offers the job that sends the confirmation. */
export const register = (details: Partial<typeof ada> = {}) =>
  Effect.map(
    Admission.Admission.use((it) => it.register({ ...ada, ...details }, photo)),
    ({ id }) => id
  )

/** A confirmation of a person as the channels get it, whatever the schemas would say of the name. */
export const notice = (
  details: Partial<typeof ada> = {},
  token = "5e5f0a"
): Extract<Notifying.Notice, { readonly _tag: "ConfirmRegistration" }> => {
  const id = Patient.PatientId.make("01890a5d-ac96-774b-bcce-b302099a8057")
  const now = DateTime.makeUnsafe("2026-03-01T10:00:00Z")
  return {
    _tag: "ConfirmRegistration",
    key: `registration:${id}`,
    token,
    patient: {
      ...ada,
      ...details,
      id,
      identifiers: [],
      conditions: [],
      oxygenScale: 1,
      registration: "pending",
      hasPhoto: true,
      createdAt: now,
      updatedAt: now,
      version: 1
    }
  }
}

type Job = Pick<Jobs.JobInfo, "kind" | "state" | "attempts" | "lastFailure">

/** The jobs as they stand, oldest first. */
export const jobs = Effect.map(
  Ports.JobQueue.use((queue) => queue.list({}, { limit: 1000 })),
  (listed) =>
    listed.toReversed().map(({ kind, state, attempts, lastFailure }): Job => ({
      kind,
      state,
      attempts,
      lastFailure
    }))
)

/** Waits, without a clock, until the jobs stand so, and gives them. */
export const until = (reached: (jobs: ReadonlyArray<Job>) => boolean) =>
  Effect.andThen(Effect.yieldNow, jobs).pipe(Effect.repeat({ until: reached }))

export const isSettled = ({ state }: Job): boolean => state === "completed" || state === "failed"

/** Keeps what is logged as lines of JSON, and prints nothing. */
export const logged = (lines: Array<string>) =>
  Logger.layer([
    Logger.make(({ cause, fiber, logLevel, message }) => {
      const annotations = fiber.getRef(References.CurrentLogAnnotations)
      lines.push(JSON.stringify({ logLevel, message, ...annotations, cause: String(cause) }))
    })
  ])
