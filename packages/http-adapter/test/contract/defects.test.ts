import * as Memory from "@bedside/core/Memory"
import * as Ports from "@bedside/core/Ports"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Server from "./server.ts"
import * as Ward from "./ward.ts"

describe("a defect", () => {
  const broken = Layer.effect(
    Ports.Patients,
    Ports.Patients.useSync((patients) =>
      Ports.Patients.of({
        ...patients,
        list: () => Effect.die(new Error("row of Zwentibold is broken")),
        insert: (patient) => Effect.die({ quoted: patient })
      })
    )
  ).pipe(Layer.provideMerge(Memory.layer))

  it.live("inside a workflow is 500 with a reference that the log has too, and no more", () =>
    Effect.gen(function* () {
      const server = yield* Server.serve({ store: broken })
      const caller = yield* server.as("clinician")
      const answers = [
        yield* caller.get("/api/v1/patients"),
        yield* caller.get("/api/v1/patient/list"),
        yield* caller.post("/api/v1/patients", { ...Ward.ada, givenName: "Zwentibold" })
      ]
      for (const { status, body, text } of answers) {
        expect([status, body]).toEqual([
          500,
          {
            type: "urn:bedside:problem:internal",
            title: "Something failed on our side",
            status: 500,
            reference: expect.stringMatching(/^[0-9a-f-]{36}$/)
          }
        ])
        expect(server.logs.filter((line) => line.includes(body.reference))).toHaveLength(1)
        expect(text).not.toContain("Zwentibold")
      }
      expect(server.logs.join("\n")).not.toContain("Zwentibold")
      expect((yield* caller.send("POST", "/api/v1/patients", "{")).status).toBe(400)
    })
  )

  it.live("in one line of a roster leaves no answer that looks as if all went well", () =>
    Effect.gen(function* () {
      const server = yield* Server.serve({ store: broken })
      const caller = yield* server.as("clinician")
      const csv = { "content-type": "text/csv" }
      const roster = Ward.roster("1,John,Doe,55,Healthy")
      expect((yield* caller.send("POST", "/api/v1/patients/import", roster, csv)).status).toBe(500)
    })
  )
})
