/** Ways to do the same, measured in turns in one run, so that what else the machine does hits all. */

/** The median time of each way in ms, over `rounds` after `warmUp`. */
export const medians = (
  ways: Readonly<Record<string, () => unknown>>,
  { rounds = 15, warmUp = 3 } = {}
): Readonly<Record<string, number>> => {
  const times = new Map(Object.keys(ways).map((name) => [name, Array<number>()]))
  for (let round = 0; round < warmUp + rounds; round++) {
    for (const [name, way] of Object.entries(ways)) {
      const start = performance.now()
      way()
      const taken = performance.now() - start
      if (round >= warmUp) times.get(name)?.push(taken)
    }
  }
  return Object.fromEntries([...times].map(([name, taken]) => [name, median(taken)]))
}

export const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

export const ratio = (times: Readonly<Record<string, number>>, way: string, of: string): string =>
  ((times[way] ?? NaN) / (times[of] ?? NaN)).toFixed(3)

export const print = (times: Readonly<Record<string, number>>): void => {
  for (const [name, time] of Object.entries(times)) {
    console.log(`${name.padEnd(30)} ${time.toFixed(2).padStart(10)} ms`)
  }
}
