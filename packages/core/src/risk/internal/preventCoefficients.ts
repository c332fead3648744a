/**
 * The coefficients of the PREVENT base equations, as their supplement prints them: one row a term,
 * one column an outcome (total cardiovascular disease, atherosclerotic cardiovascular disease, heart
 * failure, coronary heart disease, stroke).
 */
import * as Record from "effect/Record"
import * as Equation from "./equation.ts"

const tenYearFemale = {
  //                               total       ascvd          hf         chd      stroke
  age: "                        0.7939329    0.719883   0.8998235   0.7587146   0.6907849",
  "non-HDL": "                  0.0305239   0.1176967           0   0.1810949   0.0534279",
  HDL: "                       -0.1606857   -0.151185           0  -0.2014507  -0.1055109",
  "SBP under 110": "           -0.2394003  -0.0835358  -0.4559771  -0.0881827   -0.113078",
  "SBP from 110": "             0.3600781   0.3592852   0.3576505   0.3547731   0.3665217",
  diabetes: "                   0.8667604   0.8348585    1.038346   0.9045358   0.8013721",
  smoker: "                     0.5360739   0.4831078    0.583916   0.5410917   0.4187039",
  "BMI under 30": "                     0           0  -0.0072294           0           0",
  "BMI from 30": "                      0           0   0.2997706           0           0",
  "eGFR under 60": "            0.6045917   0.4864619   0.7451638   0.5198725   0.4539767",
  "eGFR from 60": "             0.0433769   0.0397779   0.0557087   0.0325935   0.0515087",
  "treated hypertension": "     0.3151672   0.2265309   0.3534442   0.2010642   0.2494624",
  statin: "                    -0.1477655  -0.0592374           0   -0.036195  -0.0798829",
  "treated * SBP from 110": "  -0.0663612  -0.0395762  -0.0981511  -0.0891238  -0.0079039",
  "statin * non-HDL": "         0.1197879   0.0844423           0   0.0750716   0.0833101",
  "age * non-HDL": "           -0.0819715  -0.0567839           0  -0.0683256  -0.0409242",
  "age * HDL": "                0.0306769   0.0325692           0   0.0484755    0.016994",
  "age * SBP from 110": "      -0.0946348  -0.1035985  -0.0946663  -0.0898086  -0.1191213",
  "age * diabetes": "            -0.27057  -0.2417542  -0.3581041  -0.2569041  -0.2480549",
  "age * smoker": "             -0.078715  -0.0791142  -0.1159453  -0.0786607  -0.0998063",
  "age * BMI from 30": "                0           0   -0.003878           0           0",
  "age * eGFR under 60": "     -0.1637806  -0.1671492  -0.1884289  -0.1597513  -0.1759075",
  constant: "                   -3.307728   -3.819975   -4.310409   -4.608751   -4.409199"
}

const tenYearMale = {
  //                               total       ascvd          hf         chd      stroke
  age: "                        0.7688528   0.7099847   0.8972642   0.7423283    0.722513",
  "non-HDL": "                  0.0736174   0.1658663           0   0.2572109   0.0263348",
  HDL: "                       -0.0954431  -0.1144285           0  -0.1820374  -0.0248959",
  "SBP under 110": "           -0.4347345  -0.2837212  -0.6811466  -0.3174515   -0.268104",
  "SBP from 110": "             0.3362658   0.3239977   0.3634461    0.312778   0.3474634",
  diabetes: "                   0.7692857   0.7189597    0.923776   0.7485249    0.684699",
  smoker: "                     0.4386871   0.3956973   0.5023736   0.3912047   0.3874844",
  "BMI under 30": "                     0           0  -0.0485841           0           0",
  "BMI from 30": "                      0           0   0.3726929           0           0",
  "eGFR under 60": "            0.5378979   0.3690075   0.6926917    0.376487   0.3877827",
  "eGFR from 60": "             0.0164827   0.0203619   0.0251827   0.0193687   0.0201965",
  "treated hypertension": "      0.288879   0.2036522   0.2980922   0.1588199    0.232963",
  statin: "                    -0.1337349  -0.0865581           0  -0.0494555  -0.1178935",
  "treated * SBP from 110": "  -0.0475924  -0.0322916  -0.0497731  -0.0577851   0.0120926",
  "statin * non-HDL": "          0.150273    0.114563           0   0.0809765    0.155739",
  "age * non-HDL": "           -0.0517874  -0.0300005           0  -0.0517872   0.0141928",
  "age * HDL": "                0.0191169   0.0232747           0   0.0489033  -0.0111745",
  "age * SBP from 110": "      -0.1049477  -0.0927024  -0.1289201  -0.0850404  -0.1155391",
  "age * diabetes": "          -0.2251948  -0.2018525  -0.3040924  -0.2107552  -0.2123743",
  "age * smoker": "            -0.0895067  -0.0970527  -0.1401688  -0.1206397  -0.0824133",
  "age * BMI from 30": "                0           0   0.0068126           0           0",
  "age * eGFR under 60": "     -0.1543702  -0.1217081  -0.1797778    -0.07795   -0.180789",
  constant: "                   -3.031168   -3.500655   -3.946391   -4.156753    -4.20881"
}

const thirtyYearFemale = {
  //                               total       ascvd          hf         chd      stroke
  age: "                        0.5503079   0.4669202   0.6254374   0.4912423   0.4366978",
  "age squared": "             -0.0928369  -0.0893118  -0.0983038  -0.0917078  -0.0873673",
  "non-HDL": "                  0.0409794   0.1256901           0   0.1878256   0.0586334",
  HDL: "                       -0.1663306  -0.1542255           0  -0.2035703  -0.1069016",
  "SBP under 110": "           -0.1628654  -0.0018093  -0.3919241  -0.0030222  -0.0317106",
  "SBP from 110": "             0.3299505    0.322949   0.3142295   0.3111757   0.3272741",
  diabetes: "                   0.6793894   0.6296707   0.8330787   0.6803247   0.5841726",
  smoker: "                     0.3196112    0.268292   0.3438651   0.3215313   0.2045681",
  "BMI under 30": "                     0           0   0.0594874           0           0",
  "BMI from 30": "                      0           0   0.2525536           0           0",
  "eGFR under 60": "            0.1857101    0.100106   0.2981642   0.1252615   0.0765812",
  "eGFR from 60": "             0.0553528   0.0499663   0.0667159   0.0414579   0.0603226",
  "treated hypertension": "        0.2894   0.1875292    0.333921   0.1561303   0.2087816",
  statin: "                     -0.075688   0.0152476           0   0.0384138  -0.0095137",
  "treated * SBP from 110": "   -0.056367  -0.0276123  -0.0893177  -0.0795531   0.0014436",
  "statin * non-HDL": "         0.1071019   0.0736147           0   0.0635262   0.0720012",
  "age * non-HDL": "           -0.0751438  -0.0521962           0  -0.0637665  -0.0361779",
  "age * HDL": "                0.0301786   0.0316918           0   0.0474074    0.015888",
  "age * SBP from 110": "      -0.0998776  -0.1046101  -0.0974299  -0.0876484  -0.1179062",
  "age * diabetes": "          -0.3206166  -0.2727793   -0.404855  -0.2803099  -0.2710221",
  "age * smoker": "            -0.1607862  -0.1530907  -0.1982991  -0.1513626  -0.1702836",
  "age * BMI from 30": "                0           0  -0.0035619           0           0",
  "age * eGFR under 60": "     -0.1450788  -0.1299149  -0.1564215  -0.1130454  -0.1320992",
  constant: "                   -1.318827   -1.974074   -2.205379   -2.733866    -2.62078"
}

const thirtyYearMale = {
  //                               total       ascvd          hf         chd      stroke
  age: "                        0.4627309   0.3994099   0.5681541   0.4171209   0.4003448",
  "age squared": "             -0.0984281  -0.0937484  -0.1048388  -0.0949994  -0.0935927",
  "non-HDL": "                  0.0836088   0.1744643           0   0.2651913   0.0309419",
  HDL: "                       -0.1029824   -0.120203           0  -0.1879446  -0.0280763",
  "SBP under 110": "           -0.2140352  -0.0665117  -0.4761564  -0.0971746   -0.047704",
  "SBP from 110": "             0.2904325   0.2753037     0.30324    0.258931   0.2925734",
  diabetes: "                   0.5331276   0.4790257   0.6840338   0.4956463   0.4236823",
  smoker: "                     0.2141914   0.1782635   0.2656273   0.1728844   0.1675238",
  "BMI under 30": "                     0           0   0.0833107           0           0",
  "BMI from 30": "                      0           0     0.26999           0           0",
  "eGFR under 60": "            0.1155556  -0.0218789   0.2541805  -0.0091955  -0.0009216",
  "eGFR from 60": "             0.0603775   0.0602553   0.0638923   0.0578155   0.0575221",
  "treated hypertension": "      0.232714   0.1421182   0.2583631   0.0939196   0.1685514",
  statin: "                    -0.0272112   0.0135996           0   0.0508921   -0.020829",
  "treated * SBP from 110": "  -0.0384488  -0.0218265  -0.0391938  -0.0486024   0.0230042",
  "statin * non-HDL": "          0.134192   0.1013148           0   0.0669478   0.1413652",
  "age * non-HDL": "           -0.0511759  -0.0312619           0  -0.0533361   0.0145411",
  "age * HDL": "                0.0165865    0.020673           0   0.0461425  -0.0149606",
  "age * SBP from 110": "      -0.1101437  -0.0920935  -0.1269124  -0.0812234  -0.1118468",
  "age * diabetes": "          -0.2585943  -0.2159947  -0.3273572   -0.216315  -0.2152953",
  "age * smoker": "            -0.1566406  -0.1548811  -0.2043019  -0.1749197  -0.1339295",
  "age * BMI from 30": "                0           0  -0.0182831           0           0",
  "age * eGFR under 60": "     -0.1166776  -0.0712547  -0.1342618  -0.0241467  -0.1225081",
  constant: "                   -1.148204   -1.736444    -1.95751   -2.376762   -2.458022"
}

/** The outcomes, in the order of the columns. */
export const outcomes = [
  "total",
  "atherosclerotic",
  "heartFailure",
  "coronaryHeartDisease",
  "stroke"
] as const

export type Outcome = (typeof outcomes)[number]

/** The terms, those of the 30-year equation: the 10-year one has no square of the age. */
export type Term = keyof typeof thirtyYearFemale

export const terms: ReadonlyArray<Term> = Record.keys(thirtyYearFemale)

export type Coefficients = { readonly [O in Outcome]: number }

/** The equation of one sex over one time. */
export type Table = { readonly [T in Term]?: Coefficients }

const read = (row: string): Coefficients => {
  const [total = NaN, atherosclerotic = NaN, heartFailure = NaN, coronary = NaN, stroke = NaN] =
    Equation.cells(row, outcomes.length)
  return { total, atherosclerotic, heartFailure, coronaryHeartDisease: coronary, stroke }
}

export const tenYear: { readonly [S in "female" | "male"]: Table } = {
  female: Record.map(tenYearFemale, read),
  male: Record.map(tenYearMale, read)
}

export const thirtyYear: typeof tenYear = {
  female: Record.map(thirtyYearFemale, read),
  male: Record.map(thirtyYearMale, read)
}
