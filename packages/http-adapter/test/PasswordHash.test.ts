import * as Passwords from "@bedside/core/Passwords"
import { describe, expect, it } from "@effect/vitest"
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import * as Kdf from "effect/crypto/Kdf"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as NodeCryptoModule from "node:crypto"
import * as PasswordHash from "../src/PasswordHash.ts"

const quick = PasswordHash.layer({ iterations: 10 }).pipe(Layer.provide(NodeCrypto.layer))

const verify = Effect.fnUntraced(function* (password: string, stored: string) {
  const passwords = yield* Passwords.Passwords
  return yield* passwords.verify(Redacted.make(password), stored)
})

const hash = Effect.fnUntraced(function* (password: string) {
  const passwords = yield* Passwords.Passwords
  return yield* passwords.hash(Redacted.make(password))
})

describe("PasswordHash", () => {
  it.effect("verifies the password that was hashed and no other", () =>
    Effect.gen(function* () {
      for (const password of ["", "a", "correct horse battery staple", "пароль 密码 🔑"]) {
        const stored = yield* hash(password)
        expect(yield* verify(password, stored)).toBe(true)
        expect(yield* verify(`${password} `, stored)).toBe(false)
      }
    }).pipe(Effect.provide(quick))
  )

  it.effect("takes the two spellings of an accented letter for one", () =>
    Effect.gen(function* () {
      expect(yield* verify("caf\u0065\u0301", yield* hash("caf\u00e9"))).toBe(true)
    }).pipe(Effect.provide(quick))
  )

  it.effect("salts every hash anew", () =>
    Effect.gen(function* () {
      expect(yield* hash("same")).not.toBe(yield* hash("same"))
    }).pipe(Effect.provide(quick))
  )

  it.effect("hashes with PBKDF2, SHA-256 and 600,000 iterations", () =>
    Effect.gen(function* () {
      expect(yield* hash("secret")).toMatch(/^\$pbkdf2-sha256\$i=600000\$[\w+/]{22}\$[\w+/]{43}$/)
    }).pipe(Effect.provide(PasswordHash.layerNode))
  )

  it.effect("agrees with the published vectors of PBKDF2 (RFC 7914, 11)", () =>
    Effect.gen(function* () {
      const stored = "$pbkdf2-sha256$i=1$c2FsdA$VawEblbjCJ/sFpHCJUS2BflBhSFt3gRl5oudV8INrLw"
      expect(yield* verify("passwd", stored)).toBe(true)
      expect(yield* verify("password", stored)).toBe(false)
    }).pipe(Effect.provide(quick))
  )

  it.effect("agrees with the vectors of Argon2id's authors, where Node has it", () =>
    Effect.gen(function* () {
      const stored =
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
      const outcomes = yield* Effect.exit(
        Effect.all([verify("password", stored), verify("passwd", stored)])
      )
      if ("argon2" in NodeCryptoModule) expect(outcomes).toEqual(Exit.succeed([true, false]))
      else expect(String(outcomes)).toContain('of kind "argon2id" cannot be checked: Unsupported')
    }).pipe(Effect.provide(quick))
  )

  it.effect("dies clearly, without the hash, where the algorithm is missing or unknown", () =>
    Effect.gen(function* () {
      const message = (stored: string) =>
        Effect.map(Effect.exit(verify("secret", stored)), (exit) => String(exit))
      const argon2id = yield* message(
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
      )
      expect(argon2id).toContain('password hash of kind "argon2id" cannot be checked: Unsupported')
      expect(argon2id).not.toContain("c29tZXNhbHQ")
      const bcrypt = "$2b$12$abcdefghijklmnopqrstuv"
      expect(yield* message(bcrypt)).toContain('of kind "2b" cannot be checked')
      expect(yield* message("secret")).toContain('of kind "unknown"')
      expect(yield* message("$pbkdf2-sha256$i=1$c2FsdA$YQ")).toContain("not of a known form")
    }).pipe(
      Effect.provide(
        PasswordHash.layer().pipe(
          Layer.provide(Kdf.layerWebCrypto),
          Layer.provide(NodeCrypto.layer)
        )
      )
    )
  )
})
