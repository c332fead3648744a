/** A small API behind the whole base, served on a real socket for the tests. */
import * as Account from "@bedside/core/Account"
import * as Invalid from "@bedside/core/Invalid"
import type * as Policy from "@bedside/core/Policy"
import * as ByteSize from "effect/ByteSize"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Multipart from "effect/http/Multipart"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Batch from "../src/Batch.ts"
import * as BodyLimit from "../src/BodyLimit.ts"
import type * as Boundary from "../src/Boundary.ts"
import * as Documentation from "../src/Documentation.ts"
import * as Gate from "../src/Gate.ts"
import * as Operations from "../src/Operations.ts"
import * as Photo from "../src/Photo.ts"
import * as Problem from "../src/Problem.ts"
import * as RateLimit from "../src/RateLimit.ts"
import * as Routes from "../src/Routes.ts"
import * as Security from "../src/Security.ts"
import * as Server from "../src/Server.ts"
import * as Tokens from "../src/Tokens.ts"
import * as Version from "../src/Version.ts"

const Bed = Schema.Struct({
  name: Schema.String.check(Schema.isMaxLength(10)),
  floor: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 40 })),
  tags: Schema.optionalKey(Schema.Array(Schema.String))
}).annotate({ identifier: "Bed" })

const Stored = Schema.Struct({ ...Bed.fields, id: Schema.String }).annotate({
  identifier: "Stored"
})

const id = { id: Schema.String.check(Schema.isUUID()) }

const beds = HttpApiGroup.make("beds")
  .add(
    HttpApiEndpoint.post("create", "/api/v1/beds", {
      payload: Bed,
      success: HttpApiSchema.WithHeaders(Stored.pipe(HttpApiSchema.status(201)), {
        location: Schema.String,
        etag: Schema.String
      }),
      error: [Problem.Conflict]
    }).annotate(Gate.Rule, Gate.needs("patients:write")),
    HttpApiEndpoint.get("list", "/api/v1/beds", {
      query: {
        limit: Schema.optionalKey(
          Schema.FiniteFromString.check(Schema.isBetween({ minimum: 1, maximum: 9 }))
        )
      },
      success: Schema.Array(Stored)
    }).annotate(Gate.Rule, Gate.needs("patients:read", "measurements:read:own")),
    HttpApiEndpoint.get("read", "/api/v1/beds/:id", {
      params: id,
      success: Stored,
      error: [Problem.NotFound]
    }).annotate(Gate.Rule, Gate.needs("patients:read")),
    HttpApiEndpoint.patch("change", "/api/v1/beds/:id", {
      params: id,
      headers: { "if-match": Schema.optionalKey(Schema.String) },
      payload: Bed.mapFields((fields) => ({ name: Schema.optionalKey(fields.name) })).pipe(
        HttpApiSchema.asJson({ contentType: "application/merge-patch+json" })
      ),
      success: Schema.Struct({ version: Schema.Int }),
      error: [Problem.PreconditionRequired, Problem.PreconditionFailed]
    }).annotate(Gate.Rule, Gate.needs("patients:write")),
    HttpApiEndpoint.post("large", "/api/v1/large", {
      payload: Schema.Struct({ text: Schema.String }),
      success: Schema.Int
    })
      .middleware(BodyLimit.BodyLimit)
      .annotate(BodyLimit.Size, ByteSize.kibibytes(4))
      .annotate(Gate.Rule, Gate.needs("patients:write"))
  )
  .middleware(Gate.Bearer)

const faults = HttpApiGroup.make("faults").add(
  HttpApiEndpoint.get("die", "/faults/die").annotate(Gate.Rule, Gate.open),
  HttpApiEndpoint.get("encode", "/faults/encode", {
    success: Schema.Struct({ age: Schema.Int })
  }).annotate(Gate.Rule, Gate.open),
  HttpApiEndpoint.get("slow", "/faults/slow").annotate(Gate.Rule, Gate.open),
  HttpApiEndpoint.get("teapot", "/faults/teapot").annotate(Gate.Rule, Gate.open)
)

const forms = HttpApiGroup.make("forms").add(
  HttpApiEndpoint.post("register", "/registrations", {
    payload: Schema.Struct({
      name: Schema.String.check(Schema.isMaxLength(20)),
      photo: Multipart.SingleFileSchema
    }).pipe(
      HttpApiSchema.asMultipart({
        maxParts: 4,
        maxFieldSize: ByteSize.kibibytes(1),
        maxFileSize: ByteSize.kibibytes(64),
        maxTotalSize: ByteSize.kibibytes(128)
      })
    ),
    success: Schema.Struct({ type: Schema.String }).pipe(HttpApiSchema.status(201)),
    error: [Problem.Unprocessable]
  })
    .middleware(Gate.OptionalBearer)
    .middleware(RateLimit.RateLimit)
    .annotate(Gate.Rule, Gate.orAnonymous(Gate.needs("registrations:create")))
)

const Reading = Schema.Struct({ value: Schema.Finite, at: Schema.String }).annotate({
  identifier: "Reading"
})

const Outcome = Schema.Struct({
  index: Schema.Int,
  status: Schema.Literals(["created", "invalid"]),
  errors: Schema.optionalKey(Schema.Array(Invalid.Issue))
})

const shapes = HttpApiGroup.make("shapes").add(
  HttpApiEndpoint.post("rows", "/shapes/rows", {
    query: { atomic: Schema.optionalKey(Schema.Literals(["true", "false"])) },
    payload: Batch.of(Reading, 20_000),
    success: [
      HttpApiSchema.WithHeaders(Reading.pipe(HttpApiSchema.status(201)), {
        location: Schema.String
      }),
      Schema.Array(Outcome)
    ],
    error: [Problem.Unprocessable]
  }).annotate(Gate.Rule, Gate.open),
  HttpApiEndpoint.post("csv", "/shapes/csv", {
    payload: Schema.String.pipe(HttpApiSchema.asText({ contentType: "text/csv" })),
    success: Schema.Int
  }).annotate(Gate.Rule, Gate.open),
  HttpApiEndpoint.post("predict", "/:sensor_id/predict", {
    params: { sensor_id: Schema.String },
    payload: Schema.Struct({ value: Schema.Finite }),
    success: Schema.Boolean
  })
    .annotate(Gate.Rule, Gate.open)
    .annotate(OpenApi.Deprecated, true),
  HttpApiEndpoint.post("adjust", "/:sensor_id/adjust", {
    params: { sensor_id: Schema.String },
    success: Schema.Struct({ mean: Schema.Finite, std: Schema.Finite })
  }).annotate(Gate.Rule, Gate.open),
  HttpApiEndpoint.get("job", "/shapes/jobs/:id", {
    params: { id: Schema.Literals(["done", "queued"]) },
    success: HttpApiSchema.WithHeaders(Schema.Struct({ status: Schema.String }), {
      "retry-after": Schema.optionalKey(Schema.FiniteFromString),
      link: Schema.optionalKey(Schema.String)
    })
  }).annotate(Gate.Rule, Gate.open),
  HttpApiEndpoint.post("submit", "/shapes/jobs", {
    success: HttpApiSchema.WithHeaders(
      Schema.Struct({ id: Schema.String }).pipe(HttpApiSchema.status(202)),
      { location: Schema.String, "retry-after": Schema.FiniteFromString }
    )
  }).annotate(Gate.Rule, Gate.open),
  HttpApiEndpoint.get("image", "/shapes/image", {
    success: HttpApiSchema.WithHeaders(
      Schema.Uint8Array.pipe(HttpApiSchema.asUint8Array({ contentType: "image/jpeg" })),
      { etag: Schema.String }
    )
  }).annotate(Gate.Rule, Gate.open)
)

/** The API of the trial. */
export const Api = Routes.api("trial")
  .add(beds, faults, forms, shapes, Operations.group)
  .middleware(Problem.Common)

const knownId = "01890a5d-ac96-774b-bcce-b302099a8057"

const bedHandlers = HttpApiBuilder.group(Api, "beds", (handlers) =>
  handlers.handleAll({
    create: ({ payload }) =>
      payload.name === "taken"
        ? Effect.fail(new Problem.Conflict({ code: "name-taken" }))
        : Effect.succeed(
            HttpApiSchema.withHeaders({
              body: { ...payload, id: knownId },
              headers: { location: `/api/v1/beds/${knownId}`, etag: Version.tag(1) }
            })
          ),
    list: () => Effect.succeed([]),
    read: ({ params }) =>
      params.id === knownId
        ? Effect.map(Gate.CurrentUser, ({ user }) => ({ id: knownId, name: user, floor: 1 }))
        : Effect.fail(new Problem.NotFound()),
    change: ({ headers }) =>
      Effect.flatMap(Version.required(headers["if-match"]), (version) =>
        version === 1
          ? Effect.succeed({ version: 2 })
          : Effect.fail(new Problem.PreconditionFailed())
      ),
    large: ({ payload }) => Effect.succeed(payload.text.length)
  })
)

class Explosion extends Error {
  override readonly name = "Explosion"
}

interface Gates {
  readonly reached: Deferred.Deferred<void>
  readonly release: Deferred.Deferred<void>
}

const faultHandlers = (gates: Gates) =>
  HttpApiBuilder.group(Api, "faults", (handlers) =>
    handlers.handleAll({
      die: () =>
        Effect.die(new Explosion("row of Ada Lovelace is broken", { cause: new Error("Ada") })),
      encode: () => Effect.succeed({ age: 1.5 }),
      slow: () =>
        Effect.andThen(Deferred.succeed(gates.reached, undefined), Deferred.await(gates.release)),
      teapot: () => Effect.die(HttpServerResponse.text("short and stout", { status: 418 }))
    })
  )

const formHandlers = HttpApiBuilder.group(Api, "forms", (handlers) =>
  handlers.handleAll({
    register: ({ payload }) =>
      Photo.fromFile(payload.photo).pipe(
        Effect.mapError(Problem.invalid),
        Effect.map(({ contentType }) => ({ type: contentType }))
      )
  })
)

const read = Batch.reader(Reading)

const shapeHandlers = HttpApiBuilder.group(Api, "shapes", (handlers) =>
  handlers.handleAll({
    rows: ({ payload, query }) => {
      const { many, rows } = read(payload)
      const bad = rows.find(Result.isFailure)
      const [first] = rows
      if (bad !== undefined && (query.atomic === "true" || !many)) {
        return Effect.fail(Problem.invalid(bad.failure))
      }
      if (!many && first !== undefined && Result.isSuccess(first)) {
        return Effect.succeed(
          HttpApiSchema.withHeaders({ body: first.success, headers: { location: "/rows/1" } })
        )
      }
      return Effect.succeed(
        rows.map((row, index) =>
          Result.isSuccess(row)
            ? { index, status: "created" as const }
            : { index, status: "invalid" as const, errors: row.failure.issues }
        )
      )
    },
    csv: ({ payload }) => Effect.succeed(payload.split("\n").length),
    predict: ({ payload }) => Effect.succeed(payload.value > 12),
    adjust: () => Effect.succeed({ mean: 8.25, std: 2 }),
    job: ({ params }) =>
      Effect.succeed(
        HttpApiSchema.withHeaders({
          body: { status: params.id },
          headers:
            params.id === "queued" ? { "retry-after": 1 } : { link: '</jobs?cursor=2>; rel="next"' }
        })
      ),
    submit: () =>
      Effect.succeed(
        HttpApiSchema.withHeaders({
          body: { id: "1" },
          headers: { location: "/shapes/jobs/1", "retry-after": 1 }
        })
      ),
    image: () =>
      Effect.succeed(
        HttpApiSchema.withHeaders({ body: new Uint8Array([1, 2, 3]), headers: { etag: '"1"' } })
      )
  })
)

const operations = HttpApiBuilder.group(Api, "operations", (handlers) =>
  Effect.map(Operations.handlers, (all) => handlers.handleAll(all))
)

const secret = Redacted.make("a secret of at least thirty-two bytes")

/** Options of the trial server. */
export interface Options extends Boundary.Options {
  readonly ready?: Effect.Effect<void, unknown>
  readonly rate?: RateLimit.Options
}

const routes = (options: Options, gates: Gates) => {
  const beside = Layer.mergeAll(
    Documentation.openApi(Api),
    Documentation.page(Api),
    Documentation.page(Documentation.part(Api, "Beds", Api.groups.beds), "/api/v1/beds/docs"),
    HttpRouter.add("POST", "/plain", HttpServerResponse.text("no", { status: 403 })),
    HttpRouter.add("GET", "/files/*", HttpServerResponse.text("file"))
  )
  return Routes.layer(Api, beside, options).pipe(
    Layer.provide([bedHandlers, faultHandlers(gates), formHandlers, shapeHandlers, operations]),
    Layer.provide([
      Security.layer,
      Problem.Common.layer,
      RateLimit.layerMemory(options.rate),
      BodyLimit.BodyLimit.layer,
      Layer.succeed(Operations.Readiness, { check: options.ready ?? Effect.void })
    ]),
    Layer.provideMerge(Tokens.Tokens.layer({ secret }))
  )
}

/** What the server logged. */
export interface Logged {
  readonly level: string
  readonly text: string
}

/** A running server: `fetch` from its root, and tokens for roles. */
export const serve = Effect.fnUntraced(function* (options: Options = {}) {
  const logs: Array<Logged> = []
  const gates: Gates = {
    reached: yield* Deferred.make<void>(),
    release: yield* Deferred.make<void>()
  }
  const logger = Logger.make(({ logLevel, message, fiber, cause }) => {
    logs.push({
      level: logLevel,
      text: Logger.formatLogFmt.log({ logLevel, message, fiber, cause, date: new Date(0) })
    })
  })
  const app = HttpRouter.serve(routes(options, gates), {
    disableLogger: true,
    disableListenLog: true
  })
  const server = yield* Layer.build(
    app.pipe(
      Layer.provideMerge(Server.layer({ port: 0, drain: "1 hour" })),
      Layer.provide(Logger.layer([logger])),
      Layer.orDie
    )
  )
  const { address } = yield* Effect.provideContext(HttpServer.HttpServer, server)
  const tokens = yield* Effect.provideContext(Tokens.Tokens, server)
  const root =
    address._tag === "InetAddressV6" || address._tag === "InetAddressV4" ? address.port : 0
  const token = (...roles: ReadonlyArray<Policy.Role>) =>
    Effect.map(
      tokens.issue({ id: Account.AccountId.make(knownId), user: "ada", roles }),
      ({ accessToken }) => `Bearer ${Redacted.value(accessToken)}`
    )
  return {
    logs,
    token,
    /** Waits until the slow endpoint has been reached. */
    reached: Deferred.await(gates.reached),
    /** Lets the slow endpoint answer. */
    release: Deferred.succeed(gates.release, undefined),
    root: `http://127.0.0.1:${root}`,
    fetch: (path: string, init?: RequestInit) =>
      Effect.promise(async () => {
        const response = await fetch(`http://127.0.0.1:${root}${path}`, init)
        const text = await response.text()
        return { status: response.status, headers: response.headers, text }
      })
  }
})
