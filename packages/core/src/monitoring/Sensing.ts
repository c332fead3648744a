/**
 * Sensor models in use: fitted, adjusted, asked, and looked back on.
 *
 * Fit and adjust decide on the live version inside the store's transaction, so two at once give two
 * versions and neither is lost.
 */
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type * as Account from "../access/Account.ts"
import * as Sensor from "../sensor/Sensor.ts"
import * as SensorModel from "../sensor/SensorModel.ts"
import * as Page from "./Page.ts"
import * as Ports from "./Ports.ts"

/**
 * The workflows around sensor models.
 *
 * @since 0.1.0
 */
export class Sensing extends Context.Service<Sensing>()("bedside/Sensing", {
  make: Effect.gen(function* () {
    const models = yield* Ports.SensorModels

    const fit = Effect.fn("Sensing.fit")(function* (
      actor: Account.Actor,
      key: SensorModel.Key,
      values: ReadonlyArray<number>
    ) {
      const by = { actor: actor.user, now: yield* DateTime.now }
      return yield* models.append(key, (live) => SensorModel.fit(live, key, values, by))
    })

    const adjust = Effect.fn("Sensing.adjust")(function* (
      actor: Account.Actor,
      key: SensorModel.Key
    ) {
      const by = { actor: actor.user, now: yield* DateTime.now }
      return yield* models.append(key, (live) =>
        live === undefined
          ? Result.fail(new Ports.NotFound({ what: "sensor" }))
          : Result.succeed(SensorModel.adjust(live, by))
      )
    })

    const weights = (key: SensorModel.Key) => models.live(key)

    const predict = Effect.fn("Sensing.predict")(function* (key: SensorModel.Key, value: number) {
      const live = yield* models.live(key)
      const threshold = Sensor.threshold(live)
      return { alert: Sensor.predict(live, value), value, threshold, version: live.version }
    })

    const versions = Effect.fn("Sensing.versions")(function* (
      key: SensorModel.Key,
      request: Page.Request
    ) {
      yield* models.live(key)
      const after = yield* Effect.fromResult(Page.after(request, Page.Sequence))
      const found = yield* models.versions(key, { limit: request.limit + 1, ...after })
      return Page.make(found, request.limit, (model) => model.version)
    })

    return { fit, adjust, weights, predict, versions }
  })
}) {
  static readonly layer = Layer.effect(this, this.make)
}
