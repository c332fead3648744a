import * as Ports from "@bedside/core/Ports"
import { expect } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import * as Migrations from "../src/Migrations.ts"
import * as SensorModels from "../src/SensorModels.ts"
import { onEach } from "./backends.ts"

const before: Migrations.Steps = Object.fromEntries(
  Object.entries(Migrations.steps).filter(([name]) => name < "0008")
)

onEach("the lineage of models from before there was one", (it) => {
  it.effect("has the newest version live, and each one before it until the next", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* Migrations.run(before)
      yield* sql`
        insert into bedside_sensor_models (
          sensor_id, sensor_column, version, parent, origin, actor, count, mean, std, created_at
        ) values
          ('a', 'value', 1, null, 'fit', 'ada', 4, 7.5, 2, '2026-03-01T10:00:00Z'),
          ('a', 'value', 2, 1, 'adjust', 'ada', 4, 8.25, 2, '2026-03-01T12:00:00Z'),
          ('a', 'value', 3, 2, 'adjust', 'eve', 4, 9, 2, '2026-03-01T11:00:00Z'),
          ('b', 'value', 1, null, 'fit', 'ada', 2, 1, 0, '2026-03-01T09:00:00Z')
      `
      yield* Migrations.run()
      const models = yield* Ports.SensorModels
      const a = { sensorId: "a", column: "value" }
      const at = (time: string) => DateTime.makeUnsafe(`2026-03-01T${time}Z`)
      const versions = yield* models.versions(a, { limit: 10 })
      expect(
        versions.map(({ version, state, liveFrom, liveUntil }) => [
          version,
          state,
          liveFrom,
          liveUntil
        ])
      ).toEqual([
        [3, "live", at("12:00:00"), null],
        [2, "retired", at("12:00:00"), at("12:00:00")],
        [1, "retired", at("10:00:00"), at("12:00:00")]
      ])
      expect(versions[0]).toMatchObject({ skipped: 0, reason: null, restores: null })
      expect((yield* models.live({ ...a, sensorId: "b" })).version).toBe(1)
      expect((yield* models.liveAt(a, at("11:30:00"))).version).toBe(1)
      expect((yield* models.liveAt(a, at("12:00:00"))).version).toBe(3)
    }).pipe(Effect.provide(Layer.fresh(SensorModels.layer)))
  )
})
