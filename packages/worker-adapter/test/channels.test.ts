import type * as Assessed from "@bedside/core/Assessed"
import * as Jobs from "@bedside/core/Jobs"
import type * as Notifying from "@bedside/core/Notifying"
import * as News2 from "@bedside/core/News2"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Sms from "../src/Sms.ts"
import * as WardLog from "../src/WardLog.ts"
import * as Ward from "./ward.ts"

const confirmation = Ward.notice()

const { patient } = confirmation

const assessed: Assessed.Assessed = {
  ...News2.about,
  id: Jobs.AssessmentId.make("01890a5d-ac96-774b-bcce-b302099a8059"),
  patientId: patient.id,
  asOf: patient.createdAt,
  assessedAt: patient.createdAt,
  total: 9,
  lowerBound: 9,
  band: "high",
  contributions: [],
  inputs: [],
  rounding: "",
  missing: [],
  response: null,
  measurements: [],
  refusal: null
}

const deterioration: Notifying.Notice = {
  _tag: "Deterioration",
  key: `assessment:${assessed.id}`,
  assessed
}

const sent = (channel: Notifying.Channel, notice: Notifying.Notice) => {
  const lines: Array<string> = []
  return channel.send(notice).pipe(
    Effect.provide(Ward.logged(lines)),
    Effect.map(() => lines)
  )
}

describe("the channel for text messages", () => {
  it("takes confirmations for people with a telephone, and nothing else", () => {
    const { phone: _, ...unreachable } = patient
    expect(Sms.channel.takes(confirmation)).toBe(true)
    expect(Sms.channel.takes({ ...confirmation, patient: unreachable })).toBe(false)
    expect(Sms.channel.takes(deterioration)).toBe(false)
  })

  it.effect("logs the id of the patient, and neither number, name, address nor token", () =>
    Effect.gen(function* () {
      const lines = yield* sent(Sms.channel, confirmation)
      expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
        { logLevel: "Info", patientId: patient.id }
      ])
      for (const secret of [...Object.values(Ward.ada), confirmation.token]) {
        expect(lines.join("\n")).not.toContain(secret)
      }
    })
  )
})

describe("the log for the ward", () => {
  it("takes deteriorations, and nothing else", () => {
    expect(WardLog.channel.takes(deterioration)).toBe(true)
    expect(WardLog.channel.takes(confirmation)).toBe(false)
  })

  it.effect("warns with ids, score and band", () =>
    Effect.gen(function* () {
      const lines = yield* sent(WardLog.channel, deterioration)
      expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
        {
          logLevel: "Warn",
          assessmentId: assessed.id,
          patientId: patient.id,
          score: News2.about.score,
          total: 9,
          band: "high"
        }
      ])
    })
  )
})
