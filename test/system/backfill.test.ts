/**
 * ECGs that other methods have analysed are analysed again once a server starts that has these ones, by
 * whatever runners there are.
 */
import { expect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Caller from "./caller.ts"
import * as Postgres from "./postgres.ts"
import * as Processes from "./processes.ts"

const ecgs = 25

const ecg = (number: number) => ({
  id: `ecg-${number}`,
  date: "2026-03-01",
  samplingRate: 250,
  leads: [{ name: "I", signal: Array.from({ length: number + 1 }, (_, at) => (at % 2) * 2 - 1) }]
})

interface Analysed {
  readonly id: string
  readonly status: string
  readonly metrics: ReadonlyArray<{ readonly name: string; readonly value?: number }>
}

interface Campaign {
  readonly status: string
  readonly total: number
  readonly done: number
}

const crossings = ({ id, metrics }: Analysed) => [
  id,
  ...metrics.flatMap(({ name, value }) => (name === "zero-crossings" ? [value] : []))
]

Postgres.live("a new edition of the methods reaches what is on record", () =>
  Effect.gen(function* () {
    const url = yield* Postgres.database
    const variables = {
      DATABASE_URL: url,
      BEDSIDE_DATA_DIR: yield* Processes.directory,
      BEDSIDE_DEMONSTRATION: "false"
    }
    const nurse = { user: "nurse", password: "a long night", roles: ["user"] }
    const first = yield* Processes.server(variables)
    const admin = yield* first.as("admin")
    expect((yield* admin.post("/user", nurse)).status).toBe(201)
    const before = yield* first.as(nurse.user, nurse.password)
    for (let number = 0; number < ecgs; number++) {
      expect((yield* before.post("/api/v1/ecgs", ecg(number))).status).toBe(202)
    }
    const analysed = (all: ReadonlyArray<Analysed>) =>
      all.length === ecgs &&
      all.every(({ status, metrics }) => status === "completed" && metrics.length > 0)
    const list = (caller: Caller.Caller) =>
      Caller.eventually(caller.get("/api/v1/ecgs?limit=1000"), ({ body }) => analysed(body.items))
    const original = (yield* list(before)).body.items
    yield* first.stop("SIGTERM")

    yield* Postgres.rows(url, "delete from bedside_ecg_metrics")
    yield* Postgres.rows(url, "update bedside_ecgs set edition = 'an older one'")
    const second = yield* Processes.server(variables)
    const after = yield* second.as(nurse.user, nurse.password)
    const again = (yield* list(after)).body.items
    expect(again.map(crossings)).toEqual(
      Array.from({ length: ecgs }, (_, number) => [`ecg-${number}`, number])
    )
    expect(again).toEqual(original)
    const jobs = yield* Postgres.rows<{ kind: string; count: number }>(
      url,
      "select split_part(id, ':', 1) as kind, count(*)::int as count from bedside_jobs group by 1 order by 1"
    )
    expect(jobs).toEqual([
      { kind: "analyse-ecg", count: ecgs },
      { kind: "run-campaign", count: 1 }
    ])
    const runner = yield* second.as("admin")
    const campaigns = yield* Caller.eventually(
      runner.get("/api/v1/campaigns"),
      ({ body }) => body.items[0].status === "completed"
    )
    expect(campaigns.body.items).toMatchObject([
      { kind: "backfill-ecgs", actor: "bedside", total: ecgs, done: ecgs, failed: 0 }
    ])
  })
)

const many = 500

/** Copies of an ECG of 20 seconds, all analysed by another edition, with no metrics. */
const copies = [
  `create table copy as
   select ecg.*, lead.position, lead.width, lead.name, lead.samples,
     nth, overlay(ecg.recording_id::text placing lpad(to_hex(nth), 12, '0') from 25)::uuid as id
   from bedside_ecgs ecg join bedside_ecg_leads lead using (recording_id)
   cross join generate_series(1, ${many - 1}) as nth`,
  `insert into bedside_ecgs (recording_id, owner, ecg_id, date, sampling_rate, status, received_at)
   select id, owner, 'copy-' || nth, date, sampling_rate, status, received_at from copy`,
  `insert into bedside_ecg_leads (recording_id, position, width, name, samples)
   select id, position, width, name, samples from copy`,
  "delete from bedside_jobs",
  "update bedside_ecgs set status = 'completed', edition = 'an older one'"
]

Postgres.live("two runners, one of them killed half-way, give each recording one new result", () =>
  Effect.gen(function* () {
    const url = yield* Postgres.database
    const variables = {
      DATABASE_URL: url,
      BEDSIDE_DATA_DIR: yield* Processes.directory,
      BEDSIDE_DEMONSTRATION: "false",
      BEDSIDE_LEASE_SECONDS: "2"
    }
    const server = yield* Processes.server({ ...variables, BEDSIDE_WORKER: "false" })
    const admin = yield* server.as("admin")
    const nurse = { user: "nurse", password: "a long night", roles: ["user"] }
    expect((yield* admin.post("/user", nurse)).status).toBe(201)
    const clinician = yield* server.as(nurse.user, nurse.password)
    expect((yield* clinician.post("/api/v1/ecgs", ecg(5_000))).status).toBe(202)
    yield* Effect.forEach(copies, (statement) => Postgres.rows(url, statement))

    const runner = Processes.worker(variables)
    const [first] = yield* Effect.all([runner, runner], { concurrency: 2 })
    const campaign = (holds: (campaign: Campaign) => boolean) =>
      Effect.map(
        Caller.eventually(admin.get("/api/v1/campaigns"), ({ body }) => body.items.some(holds)),
        ({ body }): Campaign => body.items[0]
      )
    yield* campaign(({ done }) => done >= many / 3)
    yield* first.stop("SIGKILL")
    expect(yield* campaign(() => true)).toMatchObject({ status: "running", total: many })

    const ended = yield* campaign(({ status }) => status !== "running")
    expect(ended).toMatchObject({ status: "completed", done: many, failed: 0 })
    const results = yield* Postgres.rows<{ editions: number; each: number; recordings: number }>(
      url,
      `select count(distinct edition)::int as editions, each, count(*)::int as recordings
       from bedside_ecgs join (
         select recording_id, count(*)::int as each from bedside_ecg_metrics
         where name = 'zero-crossings' group by 1
       ) as result using (recording_id)
       group by each`
    )
    expect(results).toEqual([{ editions: 1, each: 1, recordings: many }])
    const counted = yield* Postgres.rows<{ stretches: number }>(
      url,
      "select count(*)::int as stretches from bedside_campaign_stretches"
    )
    expect(counted).toEqual([{ stretches: many / 100 }])
  })
)
