/**
 * Read five minutes of a real ECG from disk and count its zero crossings by each definition.
 */
import * as Crossings from "@bedside/core/Crossings"
import * as Recording from "@bedside/core/Recording"
import { readFileSync } from "node:fs"

const baseline = 1024
const file = new URL("../data/ecg208/ecg208.dat", import.meta.url)
const signal = Recording.fromBytes(readFileSync(file), 2).map((sample) => sample - baseline)

console.log(`${signal.length} samples, ${signal.length / 360 / 60} minutes at 360 Hz`)
for (const definition of Crossings.Definition.literals) {
  console.log(`${definition.padEnd(12)} ${Crossings.count(signal, { definition })}`)
}

// Prints:
// 108000 samples, 5 minutes at 360 Hz
// sign-change  1990
// touch        2426
// reach        2094
// sign-bit     2088
// adjacent     1788
