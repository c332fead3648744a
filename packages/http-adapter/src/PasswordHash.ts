/**
 * Hashes of passwords that say how they were made: `$pbkdf2-sha256$i=600000$<salt>$<hash>` and
 * `$argon2id$v=19$m=65536,t=3,p=4$<salt>$<hash>`, base64 without padding.
 *
 * New hashes are PBKDF2 with SHA-256 and 600,000 iterations, which every supported runtime computes.
 * Argon2id hashes verify where the runtime has the algorithm (Node 24); elsewhere verifying one is a
 * defect that says so, never a wrong `false`. At most two are computed at once, so that signing in
 * does not starve the thread pool.
 */
import * as Passwords from "@bedside/core/Passwords"
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as Kdf from "effect/crypto/Kdf"
import * as Mac from "effect/crypto/Mac"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"

/**
 * A stored hash that cannot be checked here; `algorithm` is what its text begins with.
 *
 * @since 0.1.0
 */
export class UnsupportedHash extends Schema.TaggedError<UnsupportedHash>()("UnsupportedHash", {
  algorithm: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `A password hash of kind "${this.algorithm}" cannot be checked: ${this.reason}`
  }
}

interface Parsed {
  readonly algorithm: Kdf.Algorithm
  readonly salt: Uint8Array
  readonly hash: Uint8Array
}

const pbkdf2 = /^\$pbkdf2-sha256\$i=([1-9]\d{0,8})\$([\w+/]+)\$([\w+/]+)$/
const argon2id = /^\$argon2id\$v=19\$m=(\d{1,8}),t=(\d{1,4}),p=(\d{1,3})\$([\w+/]+)\$([\w+/]+)$/

const bytes = (text = ""): Uint8Array =>
  Result.getOrElse(
    Base64.decode(text.padEnd(Math.ceil(text.length / 4) * 4, "=")),
    () => new Uint8Array(0)
  )

const text = (value: Uint8Array): string => Base64.encode(value).replace(/=+$/, "")

const parse = (stored: string): Parsed | undefined => {
  const p = pbkdf2.exec(stored)
  if (p !== null) {
    const algorithm = Kdf.pbkdf2({ hash: Digest.sha256, iterations: Number(p[1]) })
    return { algorithm, salt: bytes(p[2]), hash: bytes(p[3]) }
  }
  const a = argon2id.exec(stored)
  if (a === null) return undefined
  const algorithm = Kdf.argon2id({
    memory: Number(a[1]),
    passes: Number(a[2]),
    parallelism: Number(a[3])
  })
  return { algorithm, salt: bytes(a[4]), hash: bytes(a[5]) }
}

const make = Effect.fnUntraced(function* (iterations: number) {
  const kdf = yield* Kdf.Kdf
  const random = yield* SecureRandom.SecureRandom
  const permits = yield* Semaphore.make(2)
  const algorithm = Kdf.pbkdf2({ hash: Digest.sha256, iterations })

  const derive = (
    how: Kdf.Algorithm,
    password: Redacted.Redacted<string>,
    salt: Uint8Array,
    length: number
  ) => {
    // One spelling of a character, however a keyboard composes it (RFC 8265, 4.2).
    const secret = new TextEncoder().encode(Redacted.value(password).normalize("NFC"))
    return permits.withPermit(kdf.derive(how, secret, { salt, length }))
  }

  return Passwords.Passwords.of({
    hash: Effect.fnUntraced(function* (password) {
      const salt = yield* random.randomBytes(16)
      const hash = yield* Effect.orDie(derive(algorithm, password, salt, 32))
      return `$pbkdf2-sha256$i=${iterations}$${text(salt)}$${text(hash)}`
    }),
    verify: Effect.fnUntraced(function* (password, stored) {
      const name = /^\$([\w-]{1,32})\$/.exec(stored)?.[1] ?? "unknown"
      const parsed = parse(stored)
      if (parsed === undefined || parsed.hash.length < 16) {
        const reason = "it is not of a known form"
        return yield* Effect.die(new UnsupportedHash({ algorithm: name, reason }))
      }
      const computed = yield* derive(
        parsed.algorithm,
        password,
        parsed.salt,
        parsed.hash.length
      ).pipe(
        Effect.mapError(
          ({ reason }) => new UnsupportedHash({ algorithm: name, reason: reason._tag })
        ),
        Effect.orDie
      )
      return Mac.timingSafeEqual(computed, parsed.hash)
    })
  })
})

/**
 * Passwords over whatever derives keys: give `iterations` only in tests.
 *
 * @since 0.1.0
 */
export const layer = (options: { readonly iterations?: number } = {}) =>
  Layer.effect(Passwords.Passwords, make(options.iterations ?? 600_000))

/**
 * Passwords on Node.
 *
 * @since 0.1.0
 */
export const layerNode: Layer.Layer<Passwords.Passwords> = layer().pipe(
  Layer.provide(NodeCrypto.layer)
)
