import * as Drift from "@bedside/core/Drift"
import * as Ports from "@bedside/core/Ports"
import { expect } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import * as Migrations from "../src/Migrations.ts"
import * as SensorModels from "../src/SensorModels.ts"
import { onEach } from "./backends.ts"

const before = (step: string): Migrations.Steps =>
  Object.fromEntries(Object.entries(Migrations.steps).filter(([name]) => name < step))

onEach("the lineage of models from before there was one", (it) => {
  it.effect("has the newest version live, and each one before it until the next", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* Migrations.run(before("0008"))
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

onEach("the drift of models from before it was measured", (it) => {
  it.effect("is judged by the weights of the fit that each version came from", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* Migrations.run(before("0009"))
      yield* sql`
        insert into bedside_sensor_models (
          sensor_id, sensor_column, version, parent, restores, origin, state, actor, count, skipped,
          mean, std, created_at, live_from
        )
        select 'a', 'value', version, parent, restores, origin,
          case version when 6 then 'live' else 'retired' end, 'ada', count, 1, mean, 2, now(), now()
        from (values
          (1, null, null, 'fit', 4, 7.1),
          (2, 1, null, 'adjust', 4, 7.81),
          (3, 2, null, 'adjust', 4, 8.591),
          (4, null, null, 'fit', 9, 3),
          (5, 4, 3, 'rollback', 4, 8.591),
          (6, 5, null, 'adjust', 4, 9.4501)
        ) as model (version, parent, restores, origin, count, mean)
      `
      yield* Migrations.run()
      const models = yield* Ports.SensorModels
      const a = { sensorId: "a", column: "value" }
      const [first, fourth] = [
        Drift.ofWeights({ count: 4, skipped: 1, mean: 7.1, std: 2 }),
        Drift.ofWeights({ count: 9, skipped: 1, mean: 3, std: 2 })
      ]
      const versions = yield* models.versions(a, { limit: 10 })
      expect(versions.map(({ version, bins }) => [version, bins])).toEqual([
        [6, first],
        [5, first],
        [4, fourth],
        [3, first],
        [2, first],
        [1, first]
      ])
      expect((yield* models.standing([a]))[0]?.edges).toEqual([])
    }).pipe(Effect.provide(Layer.fresh(SensorModels.layer)))
  )
})
