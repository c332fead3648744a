/**
 * The passwords and the token secret of a server that was given none: made at the first start and
 * kept in the data directory, readable by its owner alone, so that a restart keeps tokens valid.
 */
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Base64Url from "effect/encoding/Base64Url"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** What a server needs to know before it can let anyone in. */
export interface Secrets {
  readonly adminPassword: Redacted.Redacted<string>
  readonly clinicianPassword: Redacted.Redacted<string>
  readonly devicePassword: Redacted.Redacted<string>
  readonly tokenSecret: Redacted.Redacted<string>
}

const File = Schema.fromJsonString(
  Schema.Struct({
    adminPassword: Schema.RedactedFromValue(Schema.String),
    clinicianPassword: Schema.RedactedFromValue(Schema.String),
    devicePassword: Schema.RedactedFromValue(Schema.String),
    tokenSecret: Schema.RedactedFromValue(Schema.String)
  })
)

/** The secrets can be neither read nor written. */
export class SecretsUnusable extends Schema.TaggedError<SecretsUnusable>()("SecretsUnusable", {
  path: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `The secrets in ${this.path} cannot be used: ${this.reason}`
  }
}

const secret = (bytes: number) =>
  SecureRandom.SecureRandom.use((random) => random.randomBytes(bytes)).pipe(
    Effect.map((random) => Redacted.make(Base64Url.encode(random)))
  )

const generate = Effect.all({
  adminPassword: secret(9),
  clinicianPassword: secret(9),
  devicePassword: secret(9),
  tokenSecret: secret(32)
})

/** Reads the secrets of a data directory, or makes them. What the settings name wins. */
export const load = Effect.fn("Secrets.load")(function* (
  directory: string,
  given: {
    readonly adminPassword: Option.Option<Redacted.Redacted<string>>
    readonly tokenSecret: Option.Option<Redacted.Redacted<string>>
  }
) {
  const path = join(directory, "secrets.json")
  const made = yield* Schema.encodeEffect(File)(yield* generate)
  const text = yield* Effect.try({
    try: () => {
      mkdirSync(directory, { recursive: true, mode: 0o700 })
      if (!existsSync(path)) {
        writeFileSync(`${path}.new`, made, { mode: 0o600 })
        renameSync(`${path}.new`, path)
      }
      return readFileSync(path, "utf8")
    },
    catch: (cause) => new SecretsUnusable({ path, reason: String(cause) })
  })
  const kept = yield* Schema.decodeUnknownEffect(File)(text).pipe(
    Effect.mapError(() => new SecretsUnusable({ path, reason: "it is not what was written there" }))
  )
  const secrets: Secrets = {
    ...kept,
    adminPassword: Option.getOrElse(given.adminPassword, () => kept.adminPassword),
    tokenSecret: Option.getOrElse(given.tokenSecret, () => kept.tokenSecret)
  }
  return secrets
})
