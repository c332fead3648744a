/**
 * The example server with a language model set up: a server on loopback that speaks its protocol is asked
 * over real HTTP by the server as a process of its own, and what it answers counts or does not.
 */
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Responder from "../../packages/worker-adapter/test/responder.ts"
import * as Caller from "./caller.ts"
import * as Processes from "./processes.ts"

const opinion = JSON.stringify({
  abstain: false,
  level: "high",
  probability: 0.4,
  evidence: ["o1", "s1"],
  reasons: ["scores"],
  remark: ""
})

it.live(
  "a clinician gets a second opinion, and the rule's level when the model breaks",
  () =>
    Effect.gen(function* () {
      const model = yield* Responder.open([Responder.says(opinion), Responder.refuses])
      const server = yield* Processes.server({
        BEDSIDE_DATA_DIR: yield* Processes.directory,
        OPENAI_API_KEY: "a key of this test",
        OPENAI_BASE_URL: model.baseUrl.href,
        OPENAI_MODEL: "careful-1-2026-01-01"
      })
      const clinician = yield* server.as("clinician")
      const admitted = yield* clinician.post("/api/v1/patients", {
        givenName: "Ada",
        familyName: "Byron",
        birthDate: "1970-05-05"
      })
      const place = `/api/v1/patients/${admitted.body.id}`
      const { body: recorded } = yield* clinician.post(`${place}/measurements`, {
        vital: "heart-rate",
        value: 135,
        unit: "/min",
        observedAt: "2026-03-01T10:00:00Z"
      })
      yield* Caller.eventually(
        clinician.get(`${place}/assessments/latest`),
        ({ status }) => status === 200
      )
      const first = yield* clinician.post(`${place}/second-opinion`, {})
      expect([first.status, first.body.level, first.body.unused]).toEqual([200, "high", null])
      expect(first.body.cited).toEqual([{ id: "o1", measurementId: recorded.id }])
      const [asked] = model.asked
      expect(asked?.headers["authorization"]).toBe("Bearer a key of this test")
      expect(asked?.text).not.toMatch(/Ada|Byron|1970/)

      const second = yield* clinician.post(`${place}/second-opinion`, {})
      expect([second.status, second.body.level]).toEqual([200, second.body.rule])
      expect(second.body.unused).toBe("refusal")
    }),
  60_000
)

it.live("a key without the name of a model is one warning at the start, and nobody is asked", () =>
  Effect.gen(function* () {
    const model = yield* Responder.open([])
    const variables = {
      BEDSIDE_DATA_DIR: yield* Processes.directory,
      OPENAI_API_KEY: "a key of this test",
      OPENAI_BASE_URL: model.baseUrl.href
    }
    const server = yield* Processes.server(variables)
    const warnings = ({ lines }: Processes.Process) => lines.filter((it) => it.includes("OPENAI_"))
    expect(warnings(server)).toHaveLength(1)
    expect(warnings(server)[0]).toMatch(
      /level=WARN .*OPENAI_API_KEY is set and OPENAI_MODEL is not/
    )
    expect([...server.lines, ...server.errors].join("\n")).not.toContain("a key of this test")

    const clinician = yield* server.as("clinician")
    const { body: patients } = yield* clinician.get("/api/v1/patients?limit=1")
    const place = `/api/v1/patients/${patients.items[0].id}`
    yield* Caller.eventually(
      clinician.get(`${place}/assessments/latest`),
      ({ status }) => status === 200
    )
    const asked = yield* clinician.post(`${place}/second-opinion`, {})
    expect([asked.status, asked.body.unused]).toEqual([200, "off"])
    expect(model.asked).toEqual([])
    yield* server.stop("SIGTERM")

    const { OPENAI_API_KEY: _, ...without } = variables
    expect(warnings(yield* Processes.server(without))).toEqual([])
  })
)
