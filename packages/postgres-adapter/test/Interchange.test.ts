import * as Account from "@bedside/core/Account"
import * as Interchange from "@bedside/core/Interchange"
import * as Ports from "@bedside/core/Ports"
import * as SecureRandom from "effect/crypto/SecureRandom"
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { describeWithData, readJson } from "../../../test/data.ts"
import * as Store from "../src/Store.ts"
import { onEach } from "./backends.ts"

const clinician: Account.Actor = {
  id: Account.AccountId.make("01890a5d-ac96-774b-bcce-b302099a8057"),
  user: "ada",
  roles: ["clinician"]
}

const interchange = Interchange.Interchange.layer.pipe(
  Layer.provideMerge(Store.layer()),
  Layer.provide(SecureRandom.layerWebCrypto)
)

describeWithData("synthea_fhir_r4", "bundles of Synthea in a database", (folder) => {
  onEach("Interchange", (it) => {
    it.effect("stores each once, and gives all of it back", () =>
      Effect.gen(function* () {
        const { exportPatient, importBundle } = yield* Interchange.Interchange
        const statuses = (json: unknown) =>
          Effect.map(importBundle(clinician, json), ({ entry }) => [
            ...new Set(entry.map(({ response }) => response.status))
          ])
        const bundles = readdirSync(folder).map((file) => readJson(join(folder, file)))
        for (const bundle of bundles) {
          expect(yield* statuses(bundle)).toEqual(["201", "200"])
          expect(yield* statuses(bundle)).toEqual(["200"])
        }
        const patients = yield* Ports.Patients.use((it) => it.list({ limit: 10 }))
        expect(patients).toHaveLength(bundles.length)
        for (const { id } of patients) {
          const exported = yield* exportPatient(id)
          // By PUT under the id it has, so it is the same record that says nothing new.
          expect(yield* statuses(exported)).toEqual(["200"])
          expect(yield* exportPatient(id)).toEqual(exported)
        }
      }).pipe(Effect.provide(Layer.fresh(interchange)))
    )
  })
})
