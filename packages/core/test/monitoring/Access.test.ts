import { describe, expect, it } from "@effect/vitest"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { inspect } from "node:util"
import * as Account from "../../src/access/Account.ts"
import * as Passwords from "../../src/access/Passwords.ts"
import * as Invalid from "../../src/input/Invalid.ts"
import * as Access from "../../src/monitoring/Access.ts"
import * as Memory from "../../src/monitoring/Memory.ts"
import * as Ports from "../../src/monitoring/Ports.ts"
import * as Ward from "./ward.ts"

const details = (user = "ada"): Account.NewAccount => ({
  user,
  password: Redacted.make("correct horse"),
  roles: ["clinician", "device", "clinician"]
})

const right = Redacted.make("correct horse")
const wrong = Redacted.make("battery staple")

const asActor = ({ id, user, roles }: Account.Account): Account.Actor => ({ id, user, roles })

describe("Account.NewAccount", () => {
  const decode = Invalid.decoder(Account.NewAccount)

  it("names every wrong field, and no password", () => {
    const refused = decode({ user: " ada", password: "short!", roles: [] })
    expect(Result.isFailure(refused) ? refused.failure.message : "").toBe(
      "user: pattern, password: length, roles[0]: missing"
    )
    expect(JSON.stringify(refused)).not.toContain("short!")
    expect(
      Result.isFailure(decode({ ...details(), password: "long enough", roles: ["root"] }))
    ).toBe(true)
  })

  it("holds a password that no log shows", () => {
    const account = Result.getOrThrow(
      decode({ user: "ada@example.org", password: "correct horse", roles: ["admin"] })
    )
    expect(JSON.stringify(account)).not.toContain("correct")
    expect(inspect(account)).not.toContain("correct")
    expect(Redacted.value(account.password)).toBe("correct horse")
  })
})

describe("Access.open", () => {
  it.effect("opens an account with each role once, and keeps the password as a hash", () =>
    Ward.on(
      Effect.gen(function* () {
        const access = yield* Access.Access
        const account = yield* access.open(details())
        expect(account).toMatchObject({ user: "ada", roles: ["clinician", "device"] })
        expect(Schema.is(Account.Account)(account)).toBe(true)
        const stored = yield* Ports.Accounts.use((accounts) => accounts.find(account.id))
        expect(stored.passwordHash).toBe("reversed:esroh tcerroc")
        const { items } = yield* access.list({ limit: 10 })
        expect(items).toEqual([account])
      })
    )
  )

  it.effect("refuses a name that is taken, in upper or lower case", () =>
    Ward.on(
      Effect.gen(function* () {
        const access = yield* Access.Access
        yield* access.open(details("ada"))
        expect(yield* Effect.flip(access.open(details("ADA")))).toMatchObject({
          _tag: "Conflict",
          code: "user-taken",
          path: "user"
        })
      })
    )
  )
})

describe("Access.openFirst", () => {
  it.effect("opens the account once, and leaves it as it is ever after", () =>
    Ward.on(
      Effect.gen(function* () {
        const access = yield* Access.Access
        yield* access.openFirst(details())
        yield* access.openFirst({ ...details("Ada"), password: wrong, roles: ["admin"] })
        yield* Effect.all(
          Array.from({ length: 5 }, () => access.openFirst(details("grace"))),
          { concurrency: "unbounded" }
        )
        const { items } = yield* access.list({ limit: 10 })
        expect(items.map(({ user }) => user)).toEqual(["ada", "grace"])
        expect(yield* access.signIn("ada", right)).toMatchObject({ roles: ["clinician", "device"] })
      })
    )
  )
})

describe("Access.signIn", () => {
  it.effect("gives the account, without its hash, to who knows the password", () =>
    Ward.on(
      Effect.gen(function* () {
        const access = yield* Access.Access
        const account = yield* access.open(details())
        for (const user of ["ada", "ADA"]) {
          const signedIn = yield* access.signIn(user, right)
          expect(signedIn).toEqual(account)
          expect(signedIn).not.toHaveProperty("passwordHash")
        }
      })
    )
  )

  it.effect("answers a wrong password and an unknown user alike, after the same work", () =>
    Effect.gen(function* () {
      const verified: Array<string> = []
      const passwords = Layer.succeed(Passwords.Passwords, {
        hash: (password) => Effect.succeed(`hash of ${Redacted.value(password).length}`),
        verify: (_, hash) => Effect.sync(() => verified.push(hash) === 0)
      })
      const surroundings = Layer.mergeAll(Memory.layer, SecureRandom.layerWebCrypto, passwords)
      yield* Effect.gen(function* () {
        const access = yield* Access.Access
        yield* access.open(details())
        const known = yield* Effect.flip(access.signIn("ada", wrong))
        const unknown = yield* Effect.flip(access.signIn("nobody", wrong))
        expect(known).toEqual(unknown)
        expect(known._tag).toBe("SignInRefused")
        expect(verified).toHaveLength(2)
        expect(verified.every((hash) => hash.startsWith("hash of"))).toBe(true)
      }).pipe(Effect.provide(Access.Access.layer.pipe(Layer.provide(surroundings))))
    })
  )

  it.effect("lets nobody in with the password of the decoy", () =>
    Ward.on(
      Effect.gen(function* () {
        const access = yield* Access.Access
        const decoy = Redacted.make("nobody has this password")
        expect((yield* Effect.flip(access.signIn("nobody", decoy)))._tag).toBe("SignInRefused")
      })
    )
  )
})

describe("Access.changePassword", () => {
  it.effect("needs the password there was, and then takes only the new one", () =>
    Ward.on(
      Effect.gen(function* () {
        const access = yield* Access.Access
        const actor = asActor(yield* access.open(details()))
        expect((yield* Effect.flip(access.changePassword(actor, wrong, right)))._tag).toBe(
          "SignInRefused"
        )
        yield* access.changePassword(actor, right, wrong)
        expect((yield* Effect.flip(access.signIn("ada", right)))._tag).toBe("SignInRefused")
        expect((yield* access.signIn("ada", wrong)).id).toBe(actor.id)
        const stranger = access.changePassword(Ward.actor("clinician"), right, wrong)
        expect((yield* Effect.flip(stranger))._tag).toBe("NotFound")
      })
    )
  )
})
