import * as Account from "@bedside/core/Account"
import * as Ports from "@bedside/core/Ports"
import { describe, expect, type Vitest } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Given from "./given.ts"

// Encoding leaves the hash out.
const written = Schema.encodeSync(Account.Account)

export const accounts = (it: Vitest.MethodsNonLive<Ports.Store>): void => {
  describe("Accounts", () => {
    it.effect("are found by id, and by user name in upper or lower case", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Accounts
        const credentials = Given.credentials(`Élodie.${Given.text()}`)
        yield* port.insert(credentials)
        const { user } = credentials
        for (const find of [
          port.find(credentials.id),
          port.findByUser(user),
          port.findByUser(user.toUpperCase()),
          port.findByUser(user.toLowerCase())
        ]) {
          const found = yield* find
          expect(found.passwordHash).toBe(credentials.passwordHash)
          expect(written(found)).toEqual(written(credentials))
        }
      })
    )

    it.effect("are not found where there are none", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Accounts
        const notFound = Given.notFound("account")
        const absent = Given.accountId()
        expect(yield* Given.refusal(port.find(absent))).toEqual(notFound)
        expect(yield* Given.refusal(port.findByUser(Given.text()))).toEqual(notFound)
        expect(yield* Given.refusal(port.setPasswordHash(absent, "hash"))).toEqual(notFound)
      })
    )

    it.effect("are refused under a user name that is taken in upper or lower case", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Accounts
        const first = Given.credentials(`Élodie.${Given.text()}`)
        yield* port.insert(first)
        for (const user of [first.user, first.user.toUpperCase(), first.user.toLowerCase()]) {
          const second = Given.credentials(user)
          expect(yield* Given.refusal(port.insert(second))).toEqual(
            Given.conflict("user-taken", "user")
          )
          expect(yield* Given.refusal(port.find(second.id))).toEqual(Given.notFound("account"))
        }
        expect((yield* port.findByUser(first.user)).id).toBe(first.id)
      })
    )

    it.effect("are one when many are opened at once under the same name", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Accounts
        const name = `user-${Given.text()}`
        const results = yield* Given.atOnce(
          Given.times(20, (index) =>
            port.insert(Given.credentials(index % 2 === 0 ? name : name.toUpperCase()))
          )
        )
        expect(Given.successes(results)).toHaveLength(1)
        expect(Given.failures(results).map(({ code }) => code)).toEqual(
          Given.times(19, () => "user-taken")
        )
      })
    )

    it.effect("get a new password hash and keep the rest", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Accounts
        const credentials = Given.credentials()
        const other = Given.credentials()
        yield* port.insert(credentials)
        yield* port.insert(other)
        yield* port.setPasswordHash(credentials.id, "argon2id$new")
        const found = yield* port.find(credentials.id)
        expect(found.passwordHash).toBe("argon2id$new")
        expect(written(found)).toEqual(written(credentials))
        expect((yield* port.find(other.id)).passwordHash).toBe(other.passwordHash)
      })
    )

    it.effect("are listed in order of id and without their hashes, in pages of any size", () =>
      Effect.gen(function* () {
        const port = yield* Ports.Accounts
        const start = Given.accountId()
        const made = Given.times(4, () => Given.credentials())
        yield* Effect.forEach(made.toReversed(), (it) => port.insert(it))
        for (const limit of [1, 3, 4, 100]) {
          const listed = yield* Given.inPages(port.list, (it) => it.id, limit, start)
          const own = listed.filter(({ id }) => Given.ids(made).includes(id))
          expect(own.map((it) => written(it))).toEqual(made.map((it) => written(it)))
          expect(own.filter((it) => "passwordHash" in it)).toEqual([])
        }
      })
    )
  })
}
