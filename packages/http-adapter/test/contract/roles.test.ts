import * as Policy from "@bedside/core/Policy"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HttpApi from "effect/http-api/HttpApi"
import { Api } from "../../src/Api.ts"
import * as Server from "./server.ts"

/** Who gets in, as the contract has it; every endpoint there is has its line. */
const matrix = `
                                   admin   clinician  device  no token
  tokens.signIn                    yes     yes        yes     yes
  users.open                       yes     -          -       -
  users.list                       yes     -          -       -
  users.changePassword             yes     yes        yes     -
  patients.admit                   -       yes        -       -
  patients.list                    -       yes        -       -
  patients.importRoster            -       yes        -       -
  patients.find                    -       yes        -       -
  patients.change                  -       yes        -       -
  patients.remove                  -       yes        -       -
  patients.photo                   -       yes        -       -
  registrations.register           yes     yes        -       yes
  registrations.confirm            yes     yes        yes     yes
  assessments.list                 -       yes        -       -
  assessments.latest               -       yes        -       -
  assessments.secondOpinion        -       yes        -       -
  measurements.record              -       yes        yes     -
  measurements.history             -       yes        yes     -
  measurements.latest              -       yes        -       -
  measurements.list                -       yes        yes     -
  measurements.find                -       yes        yes     -
  measurements.correct             -       yes        -       -
  measurements.remove              -       yes        -       -
  ecgs.submit                      -       yes        yes     -
  ecgs.list                        -       yes        yes     -
  ecgs.find                        -       yes        yes     -
  ecgs.strip                       -       yes        yes     -
  sensors.fit                      -       yes        -       -
  sensors.weights                  -       yes        yes     -
  sensors.predict                  -       yes        yes     -
  sensors.adjust                   -       yes        -       -
  sensors.versions                 -       yes        -       -
  sensors.rollback                 -       yes        -       -
  sensors.propose                  -       yes        -       -
  sensors.candidate                -       yes        -       -
  sensors.promote                  -       yes        -       -
  sensors.withdraw                 -       yes        -       -
  sensors.predictAll               -       yes        yes     -
  sensors.drift                    -       yes        yes     -
  sensors.alerts                   -       yes        yes     -
  scores.catalogue                 -       yes        -       -
  scores.compute                   -       yes        -       -
  scores.chart                     -       yes        -       -
  fhir.importBundle                -       yes        -       -
  fhir.exportPatient               -       yes        -       -
  uploads.receive                  -       yes        -       -
  uploads.list                     -       yes        -       -
  uploads.find                     -       yes        -       -
  risks.ofPatient                  -       yes        -       -
  risks.models                     yes     yes        -       -
  risks.active                     yes     yes        -       -
  risks.propose                    yes     -          -       -
  risks.shadow                     yes     -          -       -
  risks.activate                   yes     -          -       -
  risks.retire                     yes     -          -       -
  risks.rollback                   yes     -          -       -
  risks.monitoring                 yes     yes        -       -
  risks.state                      -       yes        -       -
  risks.review                     yes     yes        -       -
  risks.recalibrate                yes     -          -       -
  risks.begin                      yes     -          -       -
  risks.run                        yes     -          -       -
  campaigns.begin                  yes     -          -       -
  campaigns.list                   yes     -          -       -
  campaigns.find                   yes     -          -       -
  campaigns.stop                   yes     -          -       -
  jobs.list                        yes     -          -       -
  jobs.dead                        yes     -          -       -
  jobs.requeue                     yes     -          -       -
  compatToken.token                yes     yes        yes     yes
  compatEcg.user                   yes     -          -       -
  compatEcg.process                -       yes        yes     -
  compatEcg.read                   -       yes        yes     -
  compatSensors.fit                -       yes        -       -
  compatSensors.weights            -       yes        yes     -
  compatSensors.predict            -       yes        yes     -
  compatSensors.adjust             -       yes        -       -
  compatPatients.admit             -       yes        -       -
  compatPatients.list              -       yes        -       -
  compatPatients.listByPost        -       yes        -       -
  compatPatients.find              -       yes        -       -
  compatPatients.remove            -       yes        -       -
  compatMeasurements.record        -       yes        yes     -
  compatMeasurements.list          -       yes        yes     -
  compatMeasurements.listByPost    -       yes        yes     -
  compatMeasurements.remove        -       yes        -       -
  operations.live                  yes     yes        yes     yes
  operations.ready                 yes     yes        yes     yes
  operations.metrics               yes     -          -       -
`

const lines = matrix
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => {
    const [endpoint = "", ...cells] = line.trim().split(/\s+/)
    const [admin, clinician, device, anonymous] = cells.map((cell) => cell === "yes")
    return { endpoint, admin, clinician, device, anonymous }
  })

interface Endpoint {
  readonly name: string
  readonly method: string
  readonly path: string
}

const endpoints: ReadonlyArray<Endpoint> = (() => {
  const found: Array<Endpoint> = []
  HttpApi.reflect(Api, {
    onGroup: () => {},
    onEndpoint: ({ group, endpoint }) => {
      const path = endpoint.path.replaceAll(/:\w+/g, Server.absent)
      found.push({
        name: `${group.identifier}.${endpoint.identifier}`,
        method: endpoint.method,
        path
      })
    }
  })
  return found
})()

/** Asks without a body: whoever gets in is answered for that, never with 401 or 403. */
const gate = (caller: Server.Caller) =>
  Effect.forEach(endpoints, ({ name, method, path }) =>
    Effect.map(caller.send(method, path), ({ status }) => [
      name,
      status === 401 || status === 403 ? status : "in"
    ])
  )

const allows =
  (line: (typeof lines)[number]) =>
  (role: Policy.Role): boolean =>
    line[role] === true

const combinations: ReadonlyArray<readonly [Policy.Role, ...ReadonlyArray<Policy.Role>]> = [
  ["admin"],
  ["clinician"],
  ["device"],
  ["admin", "clinician"],
  ["admin", "device"],
  ["clinician", "device"],
  ["admin", "clinician", "device"]
]

describe("the matrix of roles", () => {
  it("has a line for every endpoint, and for no other", () => {
    expect(lines.map(({ endpoint }) => endpoint).toSorted()).toEqual(
      endpoints.map(({ name }) => name).toSorted()
    )
    expect(Policy.Role.literals).toEqual(["admin", "clinician", "device"])
  })

  for (const roles of combinations) {
    it.live(`${roles.join(" and ")}: in with any of the rights, 403 without`, () =>
      Effect.gen(function* () {
        const caller = yield* (yield* Server.serve()).as(...roles)
        const expected = lines.map((line) => [line.endpoint, roles.some(allows(line)) ? "in" : 403])
        expect(Object.fromEntries(yield* gate(caller))).toEqual(Object.fromEntries(expected))
      })
    )
  }

  it.live("no token: in where it is open, 401 elsewhere", () =>
    Effect.gen(function* () {
      const { anonymous } = yield* Server.serve()
      const expected = lines.map((line) => [line.endpoint, line.anonymous === true ? "in" : 401])
      expect(Object.fromEntries(yield* gate(anonymous))).toEqual(Object.fromEntries(expected))
    })
  )

  it.live("a bad token: 401 wherever a token is looked at", () =>
    Effect.gen(function* () {
      const server = yield* Server.serve()
      const { authorization = "" } = yield* server.as("admin")
      const cut = server.claiming(authorization.slice(0, -2))
      const blind = lines.filter(
        ({ admin, clinician, device, anonymous }) =>
          admin === true && clinician === true && device === true && anonymous === true
      )
      const open = new Set(blind.map(({ endpoint }) => endpoint))
      const expected = endpoints.map(({ name }) => [name, open.has(name) ? "in" : 401])
      expect(Object.fromEntries(yield* gate(cut))).toEqual(Object.fromEntries(expected))
    })
  )

  it.live("documentation and health are open to all", () =>
    Effect.gen(function* () {
      const server = yield* Server.serve()
      const callers = [server.anonymous, yield* server.as("device")]
      for (const caller of callers) {
        for (const path of [
          "/openapi.json",
          "/docs",
          "/api/v1/patient/docs",
          "/api/v1/measures/docs",
          "/livez",
          "/readyz"
        ]) {
          expect([path, (yield* caller.get(path)).status]).toEqual([path, 200])
        }
      }
    })
  )
})
