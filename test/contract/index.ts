/**
 * The contract of the ports: what every store keeps, whatever it is made of.
 *
 * One suite for all of them, so that what passes on `Memory` passes on a database. The clock is the
 * real one, as a database has its own; a test waits for what it needs, never for a time.
 */
import type * as Events from "@bedside/core/Events"
import type * as Ports from "@bedside/core/Ports"
import { describe, layer } from "@effect/vitest"
import type * as Layer from "effect/Layer"
import { accounts } from "./accounts.ts"
import { assessments } from "./assessments.ts"
import { campaigns } from "./campaigns.ts"
import { copies, tellingMeasurements, tellingPatients } from "./copies.ts"
import { corrections } from "./corrections.ts"
import { deliveries } from "./deliveries.ts"
import { ecgs } from "./ecgs.ts"
import { history } from "./history.ts"
import { jobs } from "./jobs.ts"
import { labels } from "./labels.ts"
import { letters } from "./letters.ts"
import { measurements } from "./measurements.ts"
import { patients } from "./patients.ts"
import { predictions } from "./predictions.ts"
import { queue } from "./queue.ts"
import { registration } from "./registration.ts"
import { riskModels } from "./riskModels.ts"
import { sensorModels } from "./sensorModels.ts"
import { together } from "./together.ts"
import { uploads } from "./uploads.ts"

const options = { excludeTestServices: true, timeout: "60 seconds" } as const

/**
 * Runs the contract. The layer is built twice: once for the records, and once for the queue, which
 * would otherwise have to work off their jobs first.
 */
export const contract = <E>(name: string, store: Layer.Layer<Ports.Store, E>): void => {
  describe(name, () => {
    layer(store, options)("keeps records:", (it) => {
      patients(it)
      registration(it)
      measurements(it)
      corrections(it)
      history(it)
      assessments(it)
      ecgs(it)
      sensorModels(it)
      uploads(it)
      riskModels(it)
      predictions(it)
      labels(it)
      campaigns(it)
      accounts(it)
      deliveries(it)
      together(it)
    })
    layer(store, options)("keeps jobs:", (it) => {
      queue(it)
      letters(it)
      jobs(it)
    })
  })
}

/**
 * Runs the contract of services that stand apart: copies on any store, and what a store tells that was
 * made to.
 */
export const contractApart = <E>(
  name: string,
  store: (options: { readonly events?: Events.Source }) => Layer.Layer<Ports.Store, E>
): void => {
  describe(name, () => {
    layer(store({}), options)("keeps copies:", copies)
    layer(store({ events: "patients" }), options)("tells:", tellingPatients)
    layer(store({ events: "measurements" }), options)("tells:", tellingMeasurements)
  })
}

/** Runs the part of the contract that holds for jobs which another engine carries. */
export const engine = <E>(name: string, carried: Layer.Layer<Ports.Store, E>): void => {
  layer(carried, options)(`${name}:`, (it) => {
    queue(it)
    letters(it)
  })
}
