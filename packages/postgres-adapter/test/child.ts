/** A test's own child process: its lines as they come, its end, and SIGKILL. */
import { spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"

export interface Child {
  /** Every line of standard output so far. */
  readonly lines: ReadonlyArray<string>
  readonly errors: ReadonlyArray<string>
  /** Resolves with the exit code, `null` when it was killed, once every line was read. */
  readonly ended: Promise<number | null>
  readonly kill: () => void
}

/** Runs a script of `test/processes` from its source. */
export const start = (script: string, ...args: ReadonlyArray<string>): Child => {
  const path = fileURLToPath(new URL(`./processes/${script}`, import.meta.url))
  const child = spawn(
    process.execPath,
    ["--conditions=@bedside/source", "--disable-warning=ExperimentalWarning", path, ...args],
    { stdio: ["ignore", "pipe", "pipe"] }
  )
  const kill = () => child.kill("SIGKILL")
  // A test that fails in the middle must not leave its processes behind.
  process.once("exit", kill)
  const lines: Array<string> = []
  const errors: Array<string> = []
  createInterface(child.stdout).on("line", (line) => lines.push(line))
  createInterface(child.stderr).on("line", (line) => errors.push(line))
  const ended = new Promise<number | null>((resolve) => {
    child.once("close", (code) => {
      process.off("exit", kill)
      resolve(code)
    })
  })
  return { lines, errors, ended, kill }
}

/** Waits until a condition holds; fails when the child ended without it. */
export const until = async (child: Child, holds: () => boolean): Promise<void> => {
  let over = false
  void child.ended.then(() => {
    over = true
  })
  while (!holds()) {
    if (over) throw new Error(`the process ended early: ${child.errors.join("\n")}`)
    await setTimeout(1)
  }
}
