import * as Account from "@bedside/core/Account"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import * as Jose from "jose"
import * as Tokens from "../src/Tokens.ts"

const secret = "a secret of at least thirty-two bytes"
const ada: Account.Actor = {
  id: Account.AccountId.make("01890a5d-ac96-774b-bcce-b302099a8057"),
  user: "ada",
  roles: ["clinician", "admin"]
}

const tokens = Tokens.Tokens.layer({ secret: Redacted.make(secret) })

// A token as a forger would make it: good claims, with one thing changed.
const forged = (change: {
  readonly secret?: string
  readonly alg?: string
  readonly claims?: Record<string, unknown>
}) =>
  Effect.promise(() =>
    new Jose.SignJWT({
      iss: "bedside",
      aud: "bedside",
      sub: ada.id,
      name: ada.user,
      roles: ada.roles,
      iat: 0,
      exp: 3_600,
      ...change.claims
    })
      .setProtectedHeader({ alg: change.alg ?? "HS256" })
      .sign(new TextEncoder().encode(change.secret ?? secret.padEnd(64, "!").slice(0, 64)))
  )

const refused = (token: string) =>
  Effect.gen(function* () {
    const { verify } = yield* Tokens.Tokens
    return (yield* Effect.flip(verify(Redacted.make(token))))._tag
  })

describe("Tokens", () => {
  it.effect("give back who they were issued to", () =>
    Effect.gen(function* () {
      const { issue, verify } = yield* Tokens.Tokens
      const { accessToken, expiresIn } = yield* issue(ada)
      expect(expiresIn).toBe(3_600)
      expect(yield* verify(accessToken)).toEqual(ada)
      expect(JSON.stringify({ accessToken })).not.toContain(Redacted.value(accessToken))
    }).pipe(Effect.provide(tokens))
  )

  it.effect("are good until their time has passed, by Effect's clock", () =>
    Effect.gen(function* () {
      const { issue, verify } = yield* Tokens.Tokens
      const { accessToken } = yield* issue(ada)
      yield* TestClock.adjust("59 minutes")
      expect((yield* verify(accessToken)).user).toBe("ada")
      yield* TestClock.adjust("1 minute")
      expect(yield* refused(Redacted.value(accessToken))).toBe("InvalidToken")
    }).pipe(Effect.provide(tokens))
  )

  it.effect("are refused when anything about them is not ours", () =>
    Effect.gen(function* () {
      const long = secret.padEnd(64, "!")
      const { verify } = yield* Tokens.Tokens
      expect((yield* verify(Redacted.make(yield* forged({})))).user).toBe("ada")
      const forgeries = [
        yield* forged({ secret: "another secret of thirty-two bytes" }),
        yield* forged({ alg: "HS512", secret: long }),
        yield* forged({ claims: { iss: "elsewhere" } }),
        yield* forged({ claims: { aud: "elsewhere" } }),
        yield* forged({ claims: { exp: undefined } }),
        yield* forged({ claims: { sub: "1" } }),
        yield* forged({ claims: { roles: ["root"] } }),
        yield* forged({ claims: { roles: undefined } }),
        new Jose.UnsecuredJWT({ name: "ada", roles: ["admin"] })
          .setSubject(ada.id)
          .setIssuer("bedside")
          .setAudience("bedside")
          .setIssuedAt(0)
          .setExpirationTime(3_600)
          .encode(),
        "",
        "a.b.c"
      ]
      for (const token of forgeries) expect(yield* refused(token)).toBe("InvalidToken")
    }).pipe(Effect.provide(Tokens.Tokens.layer({ secret: Redacted.make(secret.padEnd(64, "!")) })))
  )

  it.effect("are not issued under a secret of fewer than 32 bytes", () =>
    Effect.gen(function* () {
      const weak = Tokens.Tokens.layer({ secret: Redacted.make("thirty-one bytes are not enough") })
      const started = yield* Effect.exit(Effect.scoped(Layer.build(weak)))
      expect(Exit.isFailure(started) && String(started.cause)).toContain("31 bytes")
    })
  )
})
