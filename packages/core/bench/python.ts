/** A Python process that waits beside a benchmark and times one way of its own when told to. */
import { spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

/** Runs `script`, which answers each line it is sent with the ms that way took. */
export const start = (script: string, ...args: ReadonlyArray<string>) => {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const child = spawn("python3", [path, ...args], { stdio: ["pipe", "pipe", "inherit"] })
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    time: async (way: string): Promise<number> => {
      child.stdin.write(`${way}\n`)
      const { value } = await answers.next()
      if (value === undefined) throw new Error(`${script} needs python3 and Debian's python3-numpy`)
      return Number(value)
    },
    stop: () => child.stdin.end()
  }
}

/** The sorted times of each way in ms, taken in turns over `rounds` after `warmUp`. */
export const inTurns = async (
  ways: Readonly<Record<string, () => number | Promise<number>>>,
  { rounds = 15, warmUp = 3 } = {}
): Promise<Readonly<Record<string, ReadonlyArray<number>>>> => {
  const times: Record<string, Array<number>> = {}
  for (let round = 0; round < warmUp + rounds; round++) {
    for (const [name, way] of Object.entries(ways)) {
      const taken = await way()
      if (round >= warmUp) (times[name] ??= []).push(taken)
    }
  }
  for (const taken of Object.values(times)) taken.sort((a, b) => a - b)
  return times
}

/** What a way of this process takes. */
export const timed = (way: () => unknown) => (): number => {
  const start = performance.now()
  way()
  return performance.now() - start
}

export const medianOf = (taken: ReadonlyArray<number> = []): number =>
  taken[Math.floor(taken.length / 2)] ?? NaN

/** Prints the median of each way, and the quarter and three quarters around it. */
export const print = (times: Readonly<Record<string, ReadonlyArray<number>>>): void => {
  for (const [name, taken] of Object.entries(times)) {
    const [low = NaN, high = NaN] = [taken[taken.length >> 2], taken[(3 * taken.length) >> 2]]
    console.log(
      `${name.padEnd(34)} ${medianOf(taken).toFixed(2).padStart(9)} ms  (${low.toFixed(2)} to ${high.toFixed(2)})`
    )
  }
}
