/** What the figures of a card do not say: limits, and what was looked at before the model was settled. */

const looks = {
  deterioration: [
    "Bounds and the choice of statistics were settled by cross-validation within set a, in about fifty",
    "trials. Set b, which is there to tune on, was looked at for 22 forms before the table above, most of",
    "them at two or three penalties: a first one without indicators of a missing respiratory rate (AUROC",
    ".8145); seven others (.821 to .830, the highest with the type of unit and all 112 columns); the one with",
    "indicators, which raised the AUROC cross-validated within set a from .825 to .832 (.8212 on set b); and",
    "thirteen choices of squares. These went from none (.824 cross-validated within set a, .826 on set b) to",
    "the last value and the mean of the last 12 hours (.833 and .821); squares of the mean of 48 hours (.831",
    "and .827) do well on both and were taken. So the figures on set b are a little too good; other stays,",
    "looked at once, are the judge."
  ],
  hypotension: [
    "Features and squares were settled by cross-validation within set a, in about twenty-five trials. Set b",
    "was looked at once for the model, which has not changed since: the table above."
  ]
}

const common = [
  "- One hospital, 2001 to 2008, intensive care only. Elsewhere, and on other wards, the model has to be",
  "  calibrated first (`Calibration.intercept`, then `temperature`, then `platt`) and its discrimination checked.",
  "- Treatment is not seen: vasopressors, fluids, sedation and limits of care all change the outcome.",
  "- How often a vital is charted reflects how worried the staff are. Counts of readings were left out for",
  "  that reason, at the cost shown above.",
  "- Readings outside the ranges of the model count as artefacts and are left out, true extremes included."
]

export const notes = {
  deterioration: [
    ["## Limits", "", ...common].join("\n"),
    [
      "- It was trained on the FIRST 48 hours of stays that lasted 48 hours or longer, and is evaluated once",
      "  for each. Later in a stay, or with a shorter history, it was never checked.",
      "- A missing respiratory rate raises the risk: in these data it means a ventilator. Where the rate is",
      "  simply not charted the risk is too high; `missing` names the feature and `contributions` its weight.",
      "- Oxygen saturation is not used: that of these data is from blood gases (SaO2), and is missing in more",
      "  than half of the stays because no gas was taken. It added nothing (see the table).",
      "- The type of intensive care unit would add to the AUROC (see the table) and is not used, since it is",
      "  not part of a patient's measurements."
    ].join("\n"),
    ["## What was looked at", "", ...looks.deterioration].join("\n")
  ],
  hypotension: [
    ["## Limits", "", ...common].join("\n"),
    [
      "- Rows are 12, 18, 24, 30, 36 and 42 hours after admission, with three mean pressures or more in the 6",
      "  hours that follow. A patient who is hardly measured was never part of it.",
      "- Invasive and cuff pressures are one series, as in these data; two of one time count one after the",
      "  other.",
      "- Fluctuation adds little to mean pressure alone and next to nothing to the other features (see the",
      "  table): no more is claimed for it.",
      "- Low pressure that is wanted, such as under sedation, counts as the outcome too."
    ].join("\n"),
    ["## What was looked at", "", ...looks.hypotension].join("\n")
  ]
} satisfies Readonly<Record<string, ReadonlyArray<string>>>
