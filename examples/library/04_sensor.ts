/**
 * Fit a sensor, ask it about values, and adjust it when its alarms come too early.
 */
import * as Sensor from "@bedside/core/Sensor"
import * as Result from "effect/Result"

const weights = Result.getOrThrow(Sensor.fit([10, 5, 6, 9]))
console.log(`mean ${weights.mean}, std ${weights.std}, threshold ${Sensor.threshold(weights)}`)
console.log(`10 is an alert: ${Sensor.predict(weights, 10)}, 13: ${Sensor.predict(weights, 13)}`)

const adjusted = Sensor.adjust(weights)
console.log(`after one adjustment 13 is an alert: ${Sensor.predict(adjusted, 13)}`)

const tooFew = Sensor.fit([10])
if (Result.isFailure(tooFew)) {
  console.log(`needed ${tooFew.failure.needed} values, got ${tooFew.failure.got}`)
}

// Prints:
// mean 7.5, std 2.3804761428476167, threshold 12.260952285695232
// 10 is an alert: false, 13: true
// after one adjustment 13 is an alert: false
// needed 2 values, got 1
