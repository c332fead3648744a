/**
 * One process per database directory, with nothing to clean up after a crash.
 *
 * The lock is the operating system's own lock on the file `database.lock`, taken through the SQLite
 * that Node carries (Node has no `flock`). The kernel releases it in the instant the process dies,
 * however it dies, so there is no stale lock to judge: no process id that may have been reused, no
 * heartbeat, no difference between containers that share the directory. Two processes that start at
 * once are told apart by the kernel. The file itself is empty and stays for ever; deleting it while
 * a process holds it would let a second one in.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { readFileSync, writeFileSync } from "node:fs"
import { hostname } from "node:os"
import { join } from "node:path"
import type { DatabaseSync } from "node:sqlite"

/**
 * Another process, or another layer of this one, has the directory open.
 *
 * @since 0.1.0
 */
export class DirectoryInUse extends Schema.TaggedError<DirectoryInUse>()("DirectoryInUse", {
  directory: Schema.String,
  holder: Schema.String
}) {
  override get message(): string {
    return `The database in ${this.directory} is in use by ${this.holder}: stop that one first, or give this one a directory of its own.`
  }
}

/**
 * The directory cannot be created, locked, or opened as a database.
 *
 * @since 0.1.0
 */
export class DirectoryUnusable extends Schema.TaggedError<DirectoryUnusable>()(
  "DirectoryUnusable",
  { directory: Schema.String, reason: Schema.String }
) {
  override get message(): string {
    return `The database in ${this.directory} cannot be used: ${this.reason}`
  }
}

/** The code SQLite answers with when the file is locked by somebody else. */
const busy = 5

const isBusy = (cause: unknown): boolean =>
  cause instanceof Error && "errcode" in cause && cause.errcode === busy

/** The first line of whatever was thrown. */
export const reason = (cause: unknown): string =>
  (cause instanceof Error ? cause.message : String(cause)).split("\n", 1)[0] ?? ""

const holder = (directory: string): string => {
  try {
    return readFileSync(join(directory, "database.owner"), "utf8")
  } catch {
    return "another process"
  }
}

const lock = (directory: string): DatabaseSync => {
  // Not an import: bundlers drop the `node:` that this one module cannot do without, and a Node
  // that lacks it gets a sentence instead of a loader's stack trace.
  const sqlite = process.getBuiltinModule("node:sqlite")
  if (sqlite === undefined) throw new Error("it needs Node 22.13 or newer")
  const file = new sqlite.DatabaseSync(join(directory, "database.lock"), { timeout: 0 })
  try {
    file.exec("begin exclusive")
    writeFileSync(join(directory, "database.owner"), `process ${process.pid} on ${hostname()}`)
    return file
  } catch (cause) {
    file.close()
    throw cause
  }
}

/**
 * Holds the lock of an existing directory until the scope closes or the process dies.
 *
 * Fails with `DirectoryInUse` when it is held, at once and without waiting.
 *
 * @since 0.1.0
 */
export const acquire = (
  directory: string
): Effect.Effect<void, DirectoryInUse | DirectoryUnusable, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({
      try: () => lock(directory),
      catch: (cause) =>
        isBusy(cause)
          ? new DirectoryInUse({ directory, holder: holder(directory) })
          : new DirectoryUnusable({ directory, reason: reason(cause) })
    }),
    (file) => Effect.sync(() => file.close())
  )
