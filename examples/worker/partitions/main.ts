/**
 * Measurements in partitions by month, on the Postgres that `DATABASE_URL` names; see docs/growing.md.
 *
 *     node --conditions=@bedside/source examples/worker/partitions/main.ts list
 *     … convert [first month]            the one table becomes partitions
 *     … extend <first> <last>            months with a partition of their own
 *     … retire <month> keep|drop         everything before that month
 */
import * as Partitions from "@bedside/postgres-adapter/Partitions"
import * as Postgres from "@bedside/postgres-adapter/Postgres"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Process from "../../server/Process.ts"

class Usage extends Schema.TaggedError<Usage>()("Usage", {}) {
  override get message(): string {
    return "say list, convert [YYYY-MM], extend YYYY-MM YYYY-MM, or retire YYYY-MM keep|drop"
  }
}

const month = (text: string | undefined) =>
  Schema.decodeUnknownEffect(Partitions.Month)(text).pipe(Effect.mapError(() => new Usage()))

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`

const show = Effect.flatMap(Partitions.list, (partitions) =>
  partitions.length === 0
    ? Console.log("The measurements are one table")
    : Effect.forEach(
        partitions,
        ({ table, rows, tableBytes, indexBytes }) =>
          Console.log(
            [
              table,
              rows === undefined ? "rows not counted yet" : `about ${rows} rows`,
              megabytes(tableBytes),
              `indices ${megabytes(indexBytes)}`
            ].join(", ")
          ),
        { discard: true }
      )
)

const named = (what: string, names: ReadonlyArray<string>) =>
  Console.log(names.length === 0 ? "Nothing to do" : `${what}: ${names.join(", ")}`)

const command = Effect.gen(function* () {
  const [name = "", first, second] = process.argv.slice(2)
  switch (name) {
    case "list":
      return yield* show
    case "convert":
      yield* Partitions.convert(first === undefined ? {} : { from: yield* month(first) })
      return yield* show
    case "extend": {
      const months = { from: yield* month(first), to: yield* month(second) }
      return yield* named("New months", yield* Partitions.extend(months))
    }
    case "retire": {
      if (second !== "keep" && second !== "drop") return yield* new Usage()
      const before = yield* month(first)
      const tables = yield* Partitions.retire({ before, keep: second === "keep" })
      return yield* named(second === "keep" ? "Kept as tables" : "Dropped", tables)
    }
    default:
      return yield* new Usage()
  }
})

const database = Layer.unwrap(
  Effect.map(Config.Redacted("DATABASE_URL"), (url) => Postgres.layer({ url, prepare: false }))
)

Process.main(command.pipe(Effect.provide(database)))
