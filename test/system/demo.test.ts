/**
 * The demonstration prints what is true: on a server of its own, and on one that runs already.
 */
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { readdirSync } from "node:fs"
import { describeWithData } from "../data.ts"
import * as Processes from "./processes.ts"

const play = Effect.fnUntraced(function* (
  variables: Record<string, string>,
  ...args: ReadonlyArray<string>
) {
  const demo = yield* Processes.start("demo/main.ts", variables, ...args)
  const { code } = yield* demo.ended
  expect({ code, errors: demo.errors }).toEqual({ code: 0, errors: [] })
  return demo.lines
})

/** The lines below the heading of a scene. */
const scene = (lines: ReadonlyArray<string>, title: string) => {
  const start = lines.findIndex((line) => line.includes(title))
  const rest = lines.slice(start + 4)
  const end = rest.findIndex((line) => /^\d\. /.test(line))
  return rest
    .slice(0, end === -1 ? undefined : end)
    .join("\n")
    .trim()
}

/** What each scene shows, whatever server it plays on. */
const facts = (lines: ReadonlyArray<string>) => {
  // How small a JPEG gets is the encoder's business.
  const registration = scene(lines, "3. A registration").replace(/[\d,]+ of JPEG/, "N of JPEG")
  expect(registration).toBe(`registered: pending
the same address in capitals: 409 This conflicts with what is stored
a mail arrived: Please confirm your e-mail address
its link, followed: confirmed
its link, followed again: confirmed
the photo: 946 bytes of PNG sent, N of JPEG kept, without metadata`)
  expect(scene(lines, "4. Observations")).toBe(`created   respiratory-rate     26 /min
created   oxygen-saturation    91 %
created   oxygen-device        nasal-cannula
created   systolic-pressure    98 mm[Hg]
created   diastolic-pressure   60 mm[Hg]
created   heart-rate           118 /min
created   consciousness        alert
created   temperature          102.7 [degF]
refused   temperature          102.7 Cel (value: 10 to 50 Cel)

NEWS2 14, band high
  3  respiratoryRate      26 /min
  3  oxygenSaturation     91 %
  2  supplementalOxygen   true
  2  systolicPressure     98 mm[Hg]
  2  pulse                118 /min
  0  consciousness        alert
  2  temperature          39.3 Cel
Observe continuously. A team with critical-care skills, airway management
included, assesses the patient as an emergency; consider a level 2 or 3 unit.`)
  const ecg = scene(lines, "5. Five minutes").replace(/[\d,]+ bytes of SVG/, "N bytes of SVG")
  expect(ecg).toBe(`108,000 samples sent: queued
the same sent again: queued
completed: 69 metrics, among them
  MLII  zero-crossings     1990 crossings (version 1)
  MLII  qrs-duration       72.2 ms (version 1)
  MLII  qtc-fridericia     412.2 ms (version 1)
        beats              502 {beats} (version 1)
        heart-rate         100.4 /min (version 1)
        ventricular-beats  87 {beats} (version 1)
        nn-rmssd           289.2 ms (version 1)
ten seconds of it to look at: N bytes of SVG`)
  expect(scene(lines, "6. A sensor")).toBe(`fitted to 10, 5, 6, 9: mean 7.5, std 2.3804761428476167
  is 10 an alert? no: the threshold is 12.260952285695232
  is 13 an alert? yes: the threshold is 12.260952285695232
adjusted: mean 8.25, now version 2
  is 13 an alert? no: the threshold is 13.010952285695232`)
  const upload = scene(lines, "7. A file").replace(/^[\d,]+ bytes/, "N bytes")
  expect(upload).toBe(`N bytes of CSV sent: queued
completed: 100 models of 9,999 rows
  1 row left out: line 779, number
  20 values missing
pump 7 has a mean of 20.68 Cel, of 200 values`)
  expect(lines.at(-1)).toBe("All of this went over HTTP. Not a medical device.")
}

const roster = `row 1  created   John Doe
row 2  created   José O'Brien
row 3  created   Anne-Marie Lindqvist
row 4  created   Μαρία Παπαδοπούλου
row 5  refused   R2D2 Droid
       first_name: letters of any script, spaces, apostrophes, hyphens and dots, starting with a letter
row 6  created   Ngozi Adichie Jr.
row 7  refused   Zoë van der Berg
       age: an age in whole years
row 8  created   李 小龙`

it.live("on a running server, and a second time, it finds what is there", () =>
  Effect.gen(function* () {
    const directory = yield* Processes.directory
    const server = yield* Processes.server({ BEDSIDE_DATA_DIR: directory })
    const variables = { BEDSIDE_DATA_DIR: directory, BEDSIDE_TEST_DATA: directory }
    const first = yield* play(variables, "--url", server.url)
    facts(first)
    expect(scene(first, "1. A roster")).toBe(roster)
    expect(scene(first, "2. The patients of Synthea")).toMatch(/^Left out: no .*synthea_csv\./)
    expect(scene(first, "8. The jobs")).toContain(`2  analyse-ecg        completed
      7  assess-patient     completed
      1  fit-upload         completed
      7  foretell-risk      completed
      3  notify             completed
      1  send-confirmation  completed
      0  dead letters`)

    const second = yield* play(variables, "--url", `${server.url}/`)
    facts(second)
    expect(scene(second, "1. A roster")).not.toContain("created")
    expect(scene(second, "8. The jobs")).toMatch(/^3  analyse-ecg        completed$/m)
  })
)

describeWithData("synthea_csv", "with the files of Synthea", (path) => {
  it.live("on a server of its own, it imports them and leaves nothing behind", () =>
    Effect.gen(function* () {
      const temporary = yield* Processes.directory
      const data = path.slice(0, -"/synthea_csv".length)
      const lines = yield* play({ BEDSIDE_TEST_DATA: data, TMPDIR: temporary })
      facts(lines)
      expect(scene(lines, "1. A roster")).toBe(roster)
      expect(scene(lines, "2. The patients of Synthea")).toBe(`59 patients
     59 created: on record now
21,697 observations, 4,671 of them vital signs of the catalogue
  4,640 created: on record now
     30 corrected: a second value for the same moment; the first one stays in its history
      1 unchanged: the same value for the same moment again`)
      expect(scene(lines, "8. The jobs")).toMatch(
        /66 {2}assess-patient {5}completed\n(.*\n)* *66 {2}foretell-risk {6}completed/
      )
      expect(readdirSync(temporary)).toEqual([])
    })
  )
})
