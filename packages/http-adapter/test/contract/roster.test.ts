import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Server from "./server.ts"
import * as Ward from "./ward.ts"

const clinician = Effect.flatMap(Server.serve(), (server) => server.as("clinician"))

describe("POST /api/v1/patients/import", () => {
  const csv = { "content-type": "text/csv; charset=utf-8" }

  it.live("gives one outcome per line, and a bad line stops no other", () =>
    Effect.gen(function* () {
      const caller = yield* clinician
      const text = Ward.roster(
        "1,John,Doe,55,Healthy",
        "2,J4ne,Doe,old,Healthy",
        '3,"José","O\'Brien",70,"COPD, mild"',
        "1,Jim,Doe,40,Healthy"
      )
      const { status, body } = yield* caller.send("POST", "/api/v1/patients/import", text, csv)
      const id = expect.stringMatching(/^[0-9a-f-]{36}$/)
      expect(status).toBe(200)
      expect(body).toEqual([
        { index: 0, status: "created", id },
        {
          index: 1,
          status: "refused",
          error: {
            title: "The row is not valid",
            errors: [
              expect.objectContaining({ path: "first_name", code: "pattern" }),
              expect.objectContaining({ path: "age", code: "type" })
            ]
          }
        },
        { index: 2, status: "created", id },
        {
          index: 3,
          status: "refused",
          error: {
            title: "The row conflicts with what is stored",
            errors: [
              expect.objectContaining({
                path: "patient_id",
                code: "identifier-taken",
                expected: "a value that no other record has"
              })
            ]
          }
        }
      ])
      const { body: jose } = yield* caller.get(`/api/v1/patients/${body[2].id}`)
      expect(jose).toMatchObject({
        givenName: "José",
        familyName: "O'Brien",
        ageYears: 70,
        conditions: ["COPD, mild"],
        identifiers: [{ system: "urn:bedside:roster", value: "3" }]
      })
    })
  )

  it.live("refuses a file that is no roster, and another content type", () =>
    Effect.gen(function* () {
      const { send } = yield* clinician
      const other = yield* send("POST", "/api/v1/patients/import", "name,age\nJohn,55\n", csv)
      expect([other.status, other.body.errors]).toEqual([
        422,
        [
          expect.objectContaining({
            path: "",
            code: "header",
            expected:
              "a CSV with the columns patient_id, first_name, last_name, condition in its header"
          })
        ]
      ])
      expect((yield* send("POST", "/api/v1/patients/import", [])).status).toBe(415)
    })
  )
})
