/**
 * Every group that can be served, by its name: its schemas, the handlers behind it and the pages
 * beside it. All that are of the API make the full server; some of them make a service.
 */
import * as HttpApi from "effect/http-api/HttpApi"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Layer from "effect/Layer"
import * as Struct from "effect/Struct"
import { Api, Apart } from "../Api.ts"
import * as Documentation from "../Documentation.ts"
import * as Viewer from "../Viewer.ts"
import { root } from "./api/Endpoints.ts"
import * as Accounts from "./handlers/accounts.ts"
import * as Campaigns from "./handlers/campaigns.ts"
import * as Compat from "./handlers/compat.ts"
import * as CompatWard from "./handlers/compatWard.ts"
import * as Copies from "./handlers/copies.ts"
import * as Ecgs from "./handlers/ecgs.ts"
import * as Fhir from "./handlers/fhir.ts"
import * as Measurements from "./handlers/measurements.ts"
import * as Operations from "./handlers/operations.ts"
import * as Patients from "./handlers/patients.ts"
import * as Risks from "./handlers/risks.ts"
import * as Scores from "./handlers/scores.ts"
import * as Sensors from "./handlers/sensors.ts"
import * as Uploads from "./handlers/uploads.ts"

const groups = { ...Api.groups, ...Apart.groups }

const handlers = {
  tokens: Accounts.tokens,
  users: Accounts.users,
  patients: Patients.patients,
  registrations: Patients.registrations,
  assessments: Patients.assessments,
  measurements: Measurements.measurements,
  ecgs: Ecgs.ecgs,
  sensors: Sensors.sensors,
  scores: Scores.scores,
  risks: Risks.risks,
  fhir: Fhir.fhir,
  uploads: Uploads.uploads,
  campaigns: Campaigns.campaigns,
  jobs: Operations.jobs,
  compatToken: Compat.token,
  compatEcg: Compat.ecg,
  compatSensors: Compat.sensors,
  compatPatients: CompatWard.patients,
  compatMeasurements: CompatWard.measurements,
  operations: Operations.operations,
  latestMeasurements: Measurements.latestMeasurements,
  copies: Copies.copies
} satisfies { readonly [Name in keyof typeof groups]: Layer.Any }

/** A group that can be served. */
export type Name = keyof typeof groups

/** Those of the full server. */
export type Full = keyof typeof Api.groups

/** What the handlers of some groups ask for, the middlewares of the adapter included. */
export type Needs<N extends Name> = Layer.Services<(typeof handlers)[N]>

/** At least one, each of them once. */
type Names = readonly [Name, ...ReadonlyArray<Name>]

const of = ([first, ...rest]: Names, title?: string) => {
  const api = HttpApi.make(Api.identifier)
    .annotateMerge(Api.annotations)
    .add(groups[first], ...rest.map((name) => groups[name]))
  return title === undefined ? api : api.annotate(OpenApi.Title, title)
}

/** Pages of their own for what the two services were that are replaced. */
const ofServices = [
  ["Bedside: patients", `${root}/patient/docs`, ["compatPatients", "patients"]],
  ["Bedside: measurements", `${root}/measures/docs`, ["compatMeasurements", "measurements"]]
] as const

/** The chosen groups: what is served, what stands beside it, and who handles it. */
export const chosen = (names: Names) => {
  const [first, ...rest] = names
  const api = of(names)
  const pages = ofServices.flatMap(([title, path, own]) => {
    const [one, ...others] = own.filter((name) => names.includes(name))
    return one === undefined ? [] : [Documentation.page(of([one, ...others], title), path)]
  })
  const viewer = names.includes("ecgs") ? [Viewer.page()] : []
  return {
    api,
    beside: Layer.mergeAll(
      Documentation.openApi(api),
      Documentation.page(api),
      ...pages,
      ...viewer
    ),
    handlers: Layer.mergeAll(handlers[first], ...rest.map((name) => handlers[name]))
  }
}

/** Every group of the full server, in the order of its API. */
export const full: readonly [Full, ...ReadonlyArray<Full>] = [
  "tokens",
  ...Struct.keys(Api.groups).filter((name) => name !== "tokens")
]
