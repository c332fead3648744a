/**
 * Bearer tokens: a signed statement of who someone is and what roles they have, for a limited time.
 *
 * The guarantee that bites: only HS256 with our own secret is accepted, whatever algorithm a token
 * names, and only from our issuer. The roles are those of the moment of signing in: a change of roles
 * takes effect when the token has run out (an hour, by default). Time is Effect's clock.
 */
import * as Account from "@bedside/core/Account"
import * as Policy from "@bedside/core/Policy"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Jose from "jose"

/**
 * A token that is not ours, is not good any more, or is no token. It does not say which.
 *
 * @since 0.1.0
 */
export class InvalidToken extends Schema.TaggedError<InvalidToken>()("InvalidToken", {}) {}

/**
 * The secret has fewer than the 32 bytes that HS256 needs (RFC 7518, 3.2).
 *
 * @since 0.1.0
 */
export class WeakSecret extends Schema.TaggedError<WeakSecret>()("WeakSecret", {
  bytes: Schema.Int
}) {
  override get message(): string {
    return `The token secret has ${this.bytes} bytes; at least 32 are needed`
  }
}

/**
 * A signed token and how long it is good for, in seconds.
 *
 * @since 0.1.0
 */
export interface Issued {
  readonly accessToken: Redacted.Redacted<string>
  readonly expiresIn: number
}

/**
 * What may be set: who signs ("bedside") and for how long a token is good (one hour).
 *
 * @since 0.1.0
 */
export interface Options {
  readonly secret: Redacted.Redacted<string>
  readonly issuer?: string
  readonly lifetime?: Duration.Input
}

const Claims = Schema.Struct({
  sub: Account.AccountId,
  name: Schema.String,
  roles: Schema.Array(Policy.Role)
})

const decodeClaims = Schema.decodeUnknownEffect(Claims)

const make = Effect.fnUntraced(function* (options: Options) {
  const secret = new TextEncoder().encode(Redacted.value(options.secret))
  if (secret.length < 32) return yield* new WeakSecret({ bytes: secret.length })
  const key = yield* Effect.promise(() =>
    crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, [
      "sign",
      "verify"
    ])
  )
  const issuer = options.issuer ?? "bedside"
  const expiresIn = Math.floor(Duration.toSeconds(options.lifetime ?? Duration.hours(1)))

  const issue = Effect.fnUntraced(function* (actor: Account.Actor) {
    const now = Math.floor((yield* Clock.currentTimeMillis) / 1000)
    const token = yield* Effect.promise(() =>
      new Jose.SignJWT({ name: actor.user, roles: [...actor.roles] })
        .setProtectedHeader({ alg: "HS256", typ: "JWT" })
        .setIssuer(issuer)
        .setAudience(issuer)
        .setSubject(actor.id)
        .setIssuedAt(now)
        .setExpirationTime(now + expiresIn)
        .sign(key)
    )
    return { accessToken: Redacted.make(token, { label: "token" }), expiresIn }
  })

  const verify = Effect.fnUntraced(function* (token: Redacted.Redacted<string>) {
    const now = yield* Clock.currentTimeMillis
    const { payload } = yield* Effect.tryPromise({
      try: () =>
        Jose.jwtVerify(Redacted.value(token), key, {
          algorithms: ["HS256"],
          issuer,
          audience: issuer,
          requiredClaims: ["exp", "iat", "sub"],
          currentDate: new Date(now)
        }),
      catch: () => new InvalidToken()
    })
    const claims = yield* Effect.mapError(decodeClaims(payload), () => new InvalidToken())
    return { id: claims.sub, user: claims.name, roles: claims.roles }
  })

  return { issue, verify }
})

/**
 * Issues tokens and verifies them.
 *
 * @since 0.1.0
 */
export class Tokens extends Context.Service<
  Tokens,
  {
    readonly issue: (actor: Account.Actor) => Effect.Effect<Issued>
    readonly verify: (
      token: Redacted.Redacted<string>
    ) => Effect.Effect<Account.Actor, InvalidToken>
  }
>()("bedside/Tokens") {
  static readonly layer = (options: Options) => Layer.effect(Tokens, make(options))
}
