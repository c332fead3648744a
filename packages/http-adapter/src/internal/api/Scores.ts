/**
 * Risk scores as a calculator: inputs in, a result out, nothing stored.
 */
import * as Chart from "@bedside/core/Chart"
import * as Form from "@bedside/core/Form"
import * as Score from "@bedside/core/Score"
import * as Scores from "@bedside/core/Scores"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import * as Gate from "../../Gate.ts"
import * as Problem from "../../Problem.ts"
import { root } from "./Endpoints.ts"

/** Inputs by name. Which there are, the form of the score says, by which the handler decodes them. */
export const Inputs = Schema.Record(Schema.String, Schema.Unknown).annotate({
  identifier: "ScoreInputs"
})

/** The forms of all scores. */
export const Catalogue = Schema.Struct({
  notice: Schema.String,
  items: Schema.Array(Form.Form)
}).annotate({ identifier: "ScoreCatalogue" })

/** A hospital's own chart with the inputs that it names. */
export const OwnChart = Schema.Struct({ definition: Chart.Definition, inputs: Inputs }).annotate({
  identifier: "OwnChart"
})

const schemaOf = ({ form, Observation }: Scores.Entry): object => {
  const { schema } = Schema.toJsonSchemaDocument(Schema.toCodecJson(Observation))
  const description = `${form.citation} For: ${form.population}.`
  return { title: form.score, description, ...schema, additionalProperties: false }
}

/**
 * Which inputs a score takes hangs on the path, so the document has the ids of all scores and the
 * inputs of each. An id that is not among them is a path that is not there.
 */
const withInputs = (operation: Record<string, unknown>): Record<string, unknown> => ({
  ...operation,
  parameters: [
    { name: "score", in: "path", required: true, schema: { type: "string", enum: Scores.ids } }
  ],
  requestBody: {
    required: true,
    content: { "application/json": { schema: { anyOf: Scores.all.map(schemaOf) } } }
  }
})

/** The scores. */
export const scores = HttpApiGroup.make("scores")
  .add(
    HttpApiEndpoint.get("catalogue", `${root}/scores`, { success: Catalogue })
      .annotate(Gate.Rule, Gate.needs("assessments:read"))
      .annotate(OpenApi.Summary, "Which scores there are, and what each asks for"),
    HttpApiEndpoint.post("compute", `${root}/scores/:score`, {
      params: { score: Schema.String },
      payload: Inputs,
      success: Scores.Outcome,
      error: [Problem.NotFound, Problem.Unprocessable, Problem.OutsidePopulation]
    })
      .annotate(Gate.Rule, Gate.needs("assessments:read"))
      .annotate(OpenApi.Summary, "Compute a score from its inputs; nothing is stored")
      .annotate(
        OpenApi.Description,
        "The body has the inputs of the score in the path, in the units that the catalogue names, and `observedAt` with the time of each where it is known. An input that is null or absent is listed in `missing`, and there is no total or risk without it. A field that the score does not have is refused, and so is a patient whom the score was never validated for. Not a medical device."
      )
      .annotate(OpenApi.Transform, withInputs),
    HttpApiEndpoint.post("chart", `${root}/scores/chart`, {
      payload: OwnChart,
      success: Score.Assessment,
      error: [Problem.Unprocessable, Problem.OutsidePopulation]
    })
      .annotate(Gate.Rule, Gate.needs("assessments:read"))
      .annotate(OpenApi.Summary, "Score a chart of the hospital's own, which comes with its inputs")
      .annotate(
        OpenApi.Description,
        "Everything that is wrong with the definition is told at once: a value in no cell or in two, a row of another length than `points`, bands that do not ascend. Whether the chart is right is for those who wrote it to answer."
      )
  )
  .middleware(Gate.Bearer)
  .annotate(
    OpenApi.Description,
    "Risk scores, equations and derived quantities, computed from what is sent. Not a medical device."
  )
