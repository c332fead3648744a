/**
 * Mean and standard deviation of 10 million doubles, beside numpy and @stdlib/stats.
 *
 *     node --conditions=@bedside/source packages/core/bench/moments.ts [folder of @stdlib/stats]
 *
 * numpy is Debian's (`apt-get install -y python3-numpy`). @stdlib/stats is no dependency of this
 * project: install it elsewhere, `mkdir /tmp/stdlib && cd /tmp/stdlib && npm init -y && npm install
 * @stdlib/stats`, and give that folder.
 */
import * as Moments from "@bedside/core/Moments"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import * as Python from "./python.ts"

type Strided = (n: number, correction: number, ...rest: ReadonlyArray<unknown>) => unknown

const count = 10_000_000

const normals = (): Float64Array => {
  let state = 1
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state + 0.5) / 2 ** 32
  }
  return Float64Array.from(
    { length: count },
    () => 100 + 15 * Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next())
  )
}

const values = normals()
const folder = mkdtempSync(join(tmpdir(), "moments-"))
const file = join(folder, "values")
writeFileSync(file, values)
const numpy = Python.start("moments.py", file)

const stdlib = (): Record<string, () => number> => {
  const path = process.argv[2]
  if (path === undefined) {
    console.log("!!! @stdlib/stats IS ABSENT: its figures are missing (see the header) !!!\n")
    return {}
  }
  const load = createRequire(join(resolve(path), "package.json"))
  const both: Strided = load("@stdlib/stats/strided/dmeanstdevpn")
  const mean: Strided = load("@stdlib/stats/strided/dmeanpw")
  const deviation: Strided = load("@stdlib/stats/strided/dstdevpn")
  const out = new Float64Array(2)
  return {
    "stdlib dmeanstdevpn": Python.timed(() => both(count, 1, values, 1, out, 1)),
    "stdlib dmeanpw + dstdevpn": Python.timed(() => [
      mean(count, values as never, 1),
      deviation(count, 1, values, 1)
    ])
  }
}

const times = await Python.inTurns({
  "Moments.spread": Python.timed(() => Moments.spread(values)),
  "Moments.of (all moments)": Python.timed(() => Moments.of(values)),
  "numpy mean + std": () => numpy.time("run"),
  ...stdlib()
})
numpy.stop()
rmSync(folder, { recursive: true })

Python.print(times)
const spread = Python.medianOf(times["Moments.spread"])
const of = Python.medianOf(times["Moments.of (all moments)"])
const than = (name: string, asked: string) => {
  const other = Python.medianOf(times[name])
  console.log(
    `${name}: spread ${(other / spread).toFixed(2)} times as fast, of ${(other / of).toFixed(2)} (asked: ${asked})`
  )
}
console.log()
than("numpy mean + std", "1.8")
than("stdlib dmeanstdevpn", "1.15")
than("stdlib dmeanpw + dstdevpn", "1.15")
