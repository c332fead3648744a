/**
 * The model `deterioration`, made by `packages/core/training`: not to be edited. `models/deterioration.json` is the same.
 */
export const text = `
{
  "id": "deterioration",
  "version": "1.0.0",
  "outcome": "death in hospital, foretold from the vitals of 48 hours in intensive care",
  "citation": "Silva I, Moody G, Scott DJ, Celi LA, Mark RG. Predicting in-hospital mortality of ICU patients: the PhysioNet/Computing in Cardiology Challenge 2012. Comput Cardiol 2012;39:245-248. Goldberger AL et al. PhysioBank, PhysioToolkit, and PhysioNet. Circulation 2000;101:e215-e220, doi:10.1161/01.CIR.101.23.e215",
  "licence": "data: Open Data Commons Attribution License (ODC-By) 1.0; model: MIT",
  "population": {
    "description": "adults (16 years and over) in intensive care for 48 hours or longer; not checked on other wards",
    "minimumAge": 16,
    "requirements": [{"vital":"heart-rate","hours":48,"readings":2},{"vital":"systolic-pressure","hours":48,"readings":2}]
  },
  "definition": {
    "features": [
      {"name":"age","unit":"a","kind":"age"},
      {"name":"sex","unit":"1","kind":"sex"},
      {"name":"heart-rate last 48 h","unit":"/min","kind":"summary","of":{"vital":"heart-rate","statistic":"last","hours":48,"startIncluded":true}},
      {"name":"heart-rate mean 48 h","unit":"/min","kind":"summary","of":{"vital":"heart-rate","statistic":"mean","hours":48,"startIncluded":true}},
      {"name":"heart-rate minimum 48 h","unit":"/min","kind":"summary","of":{"vital":"heart-rate","statistic":"minimum","hours":48,"startIncluded":true}},
      {"name":"heart-rate maximum 48 h","unit":"/min","kind":"summary","of":{"vital":"heart-rate","statistic":"maximum","hours":48,"startIncluded":true}},
      {"name":"heart-rate standard-deviation 48 h","unit":"/min","kind":"summary","of":{"vital":"heart-rate","statistic":"standard-deviation","hours":48,"startIncluded":true}},
      {"name":"heart-rate average-real-variability 48 h","unit":"/min","kind":"summary","of":{"vital":"heart-rate","statistic":"average-real-variability","hours":48,"startIncluded":true}},
      {"name":"heart-rate slope 48 h","unit":"/min/h","kind":"summary","of":{"vital":"heart-rate","statistic":"slope","hours":48,"startIncluded":true}},
      {"name":"heart-rate mean 12 h","unit":"/min","kind":"summary","of":{"vital":"heart-rate","statistic":"mean","hours":12,"startIncluded":false}},
      {"name":"respiratory-rate last 48 h","unit":"/min","kind":"summary","of":{"vital":"respiratory-rate","statistic":"last","hours":48,"startIncluded":true}},
      {"name":"respiratory-rate mean 48 h","unit":"/min","kind":"summary","of":{"vital":"respiratory-rate","statistic":"mean","hours":48,"startIncluded":true}},
      {"name":"respiratory-rate minimum 48 h","unit":"/min","kind":"summary","of":{"vital":"respiratory-rate","statistic":"minimum","hours":48,"startIncluded":true}},
      {"name":"respiratory-rate maximum 48 h","unit":"/min","kind":"summary","of":{"vital":"respiratory-rate","statistic":"maximum","hours":48,"startIncluded":true}},
      {"name":"respiratory-rate standard-deviation 48 h","unit":"/min","kind":"summary","of":{"vital":"respiratory-rate","statistic":"standard-deviation","hours":48,"startIncluded":true}},
      {"name":"respiratory-rate average-real-variability 48 h","unit":"/min","kind":"summary","of":{"vital":"respiratory-rate","statistic":"average-real-variability","hours":48,"startIncluded":true}},
      {"name":"respiratory-rate slope 48 h","unit":"/min/h","kind":"summary","of":{"vital":"respiratory-rate","statistic":"slope","hours":48,"startIncluded":true}},
      {"name":"respiratory-rate mean 12 h","unit":"/min","kind":"summary","of":{"vital":"respiratory-rate","statistic":"mean","hours":12,"startIncluded":false}},
      {"name":"temperature last 48 h","unit":"Cel","kind":"summary","of":{"vital":"temperature","statistic":"last","hours":48,"startIncluded":true}},
      {"name":"temperature mean 48 h","unit":"Cel","kind":"summary","of":{"vital":"temperature","statistic":"mean","hours":48,"startIncluded":true}},
      {"name":"temperature minimum 48 h","unit":"Cel","kind":"summary","of":{"vital":"temperature","statistic":"minimum","hours":48,"startIncluded":true}},
      {"name":"temperature maximum 48 h","unit":"Cel","kind":"summary","of":{"vital":"temperature","statistic":"maximum","hours":48,"startIncluded":true}},
      {"name":"temperature standard-deviation 48 h","unit":"Cel","kind":"summary","of":{"vital":"temperature","statistic":"standard-deviation","hours":48,"startIncluded":true}},
      {"name":"temperature average-real-variability 48 h","unit":"Cel","kind":"summary","of":{"vital":"temperature","statistic":"average-real-variability","hours":48,"startIncluded":true}},
      {"name":"temperature slope 48 h","unit":"Cel/h","kind":"summary","of":{"vital":"temperature","statistic":"slope","hours":48,"startIncluded":true}},
      {"name":"temperature mean 12 h","unit":"Cel","kind":"summary","of":{"vital":"temperature","statistic":"mean","hours":12,"startIncluded":false}},
      {"name":"systolic-pressure last 48 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"systolic-pressure","statistic":"last","hours":48,"startIncluded":true}},
      {"name":"systolic-pressure mean 48 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"systolic-pressure","statistic":"mean","hours":48,"startIncluded":true}},
      {"name":"systolic-pressure minimum 48 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"systolic-pressure","statistic":"minimum","hours":48,"startIncluded":true}},
      {"name":"systolic-pressure maximum 48 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"systolic-pressure","statistic":"maximum","hours":48,"startIncluded":true}},
      {"name":"systolic-pressure standard-deviation 48 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"systolic-pressure","statistic":"standard-deviation","hours":48,"startIncluded":true}},
      {"name":"systolic-pressure average-real-variability 48 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"systolic-pressure","statistic":"average-real-variability","hours":48,"startIncluded":true}},
      {"name":"systolic-pressure slope 48 h","unit":"mm[Hg]/h","kind":"summary","of":{"vital":"systolic-pressure","statistic":"slope","hours":48,"startIncluded":true}},
      {"name":"systolic-pressure mean 12 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"systolic-pressure","statistic":"mean","hours":12,"startIncluded":false}},
      {"name":"diastolic-pressure last 48 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"diastolic-pressure","statistic":"last","hours":48,"startIncluded":true}},
      {"name":"diastolic-pressure mean 48 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"diastolic-pressure","statistic":"mean","hours":48,"startIncluded":true}},
      {"name":"diastolic-pressure minimum 48 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"diastolic-pressure","statistic":"minimum","hours":48,"startIncluded":true}},
      {"name":"diastolic-pressure maximum 48 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"diastolic-pressure","statistic":"maximum","hours":48,"startIncluded":true}},
      {"name":"diastolic-pressure standard-deviation 48 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"diastolic-pressure","statistic":"standard-deviation","hours":48,"startIncluded":true}},
      {"name":"diastolic-pressure average-real-variability 48 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"diastolic-pressure","statistic":"average-real-variability","hours":48,"startIncluded":true}},
      {"name":"diastolic-pressure slope 48 h","unit":"mm[Hg]/h","kind":"summary","of":{"vital":"diastolic-pressure","statistic":"slope","hours":48,"startIncluded":true}},
      {"name":"diastolic-pressure mean 12 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"diastolic-pressure","statistic":"mean","hours":12,"startIncluded":false}},
      {"name":"mean-pressure last 48 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"mean-pressure","statistic":"last","hours":48,"startIncluded":true}},
      {"name":"mean-pressure mean 48 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"mean-pressure","statistic":"mean","hours":48,"startIncluded":true}},
      {"name":"mean-pressure minimum 48 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"mean-pressure","statistic":"minimum","hours":48,"startIncluded":true}},
      {"name":"mean-pressure maximum 48 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"mean-pressure","statistic":"maximum","hours":48,"startIncluded":true}},
      {"name":"mean-pressure standard-deviation 48 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"mean-pressure","statistic":"standard-deviation","hours":48,"startIncluded":true}},
      {"name":"mean-pressure average-real-variability 48 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"mean-pressure","statistic":"average-real-variability","hours":48,"startIncluded":true}},
      {"name":"mean-pressure slope 48 h","unit":"mm[Hg]/h","kind":"summary","of":{"vital":"mean-pressure","statistic":"slope","hours":48,"startIncluded":true}},
      {"name":"mean-pressure mean 12 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"mean-pressure","statistic":"mean","hours":12,"startIncluded":false}},
      {"name":"glasgow-coma-scale last 48 h","unit":"{score}","kind":"summary","of":{"vital":"glasgow-coma-scale","statistic":"last","hours":48,"startIncluded":true}},
      {"name":"glasgow-coma-scale mean 48 h","unit":"{score}","kind":"summary","of":{"vital":"glasgow-coma-scale","statistic":"mean","hours":48,"startIncluded":true}},
      {"name":"glasgow-coma-scale minimum 48 h","unit":"{score}","kind":"summary","of":{"vital":"glasgow-coma-scale","statistic":"minimum","hours":48,"startIncluded":true}},
      {"name":"glasgow-coma-scale maximum 48 h","unit":"{score}","kind":"summary","of":{"vital":"glasgow-coma-scale","statistic":"maximum","hours":48,"startIncluded":true}},
      {"name":"glasgow-coma-scale standard-deviation 48 h","unit":"{score}","kind":"summary","of":{"vital":"glasgow-coma-scale","statistic":"standard-deviation","hours":48,"startIncluded":true}},
      {"name":"glasgow-coma-scale average-real-variability 48 h","unit":"{score}","kind":"summary","of":{"vital":"glasgow-coma-scale","statistic":"average-real-variability","hours":48,"startIncluded":true}},
      {"name":"glasgow-coma-scale slope 48 h","unit":"{score}/h","kind":"summary","of":{"vital":"glasgow-coma-scale","statistic":"slope","hours":48,"startIncluded":true}},
      {"name":"glasgow-coma-scale mean 12 h","unit":"{score}","kind":"summary","of":{"vital":"glasgow-coma-scale","statistic":"mean","hours":12,"startIncluded":false}}
    ],
    "ranges": [
      {"vital":"heart-rate","minimum":10,"maximum":300},
      {"vital":"respiratory-rate","minimum":2,"maximum":80},
      {"vital":"temperature","minimum":25,"maximum":45},
      {"vital":"systolic-pressure","minimum":30,"maximum":300},
      {"vital":"diastolic-pressure","minimum":10,"maximum":200},
      {"vital":"mean-pressure","minimum":20,"maximum":250},
      {"vital":"glasgow-coma-scale","minimum":3,"maximum":15}
    ]
  },
  "definitionSha256": "3389a423fadd1a32bec3286b6edcf92b9d23b1efd9243eea971883e6d47e0cd5",
  "predictor": {
    "kind": "logistic",
    "model": {
      "preprocessing": {
        "medians": [67,1,85,86.325581,68,110,9.157391,4.606061,-0.022326,85.785714,19,19.055556,12,28,3.404691,3.1760735,0.002639,19.285714,37,36.99,36,37.8,0.548386,0.354545,0.007278,37.033333,121,117.528571,86,156,14.888607499999999,10.868852,0.103093,120.363636,59,58.283784,39,85,9.230814500000001,6.933772,-0.007883999999999999,58.615385,79,77.803462,56,108,10.733322999999999,7.875702,0.029099,78.833333,15,12.428571,7,15,1.564279,0.608696,0.009687500000000002,14.5],
        "bounds": {
          "lower": [20,0,51.36,56.26081892,36,70,2.5935155500000002,0.9776188,-1.10299795,54.575625,10,12.225806,4,18,1.5477015,1.39299961,-0.28464986,11.98133324,35.3,35.6895359,33.335,36.5,0.18281966,0.0783483,-0.0539003,35.6,81,90.75944424000001,48,113,6.6610634,4.9482736,-1.095999,87.99652172,31,38.85011004,13.36,57,4.59071385,3.1114979,-0.6610632,37.298909079999994,51.33,59.792707,28.788800000000002,77,5.2051000499999995,3.6994926,-0.75036395,57.78594111,3,3.1683337,3,4,0,0,-0.23247587,3],
          "upper": [90,1,130.63999999999987,123.1766866,104,174,26.189620050000002,12.13504895,1.0049487000000001,126.91583922999996,36,31.217391,20,50,7.524151169999998,7.0663470099999985,0.24691427999999993,32.14939435999999,38.9,38.3394617,37.4,39.9,1.4145262799999996,0.9349044599999997,0.07328472,38.6,179,163.34249175999997,127.63999999999987,234,31.138596600000003,23.732020500000004,1.2863429000000002,167.01230768,97,86.34181828,65,149,19.015109300000002,16.18457505,0.6978538500000006,88.8125,120,106.95505856,83,223.27999999999975,24.225223550000006,17.745052900000008,0.8852331500000001,111.69341698999997,15,15,15,15,5.47261234,2.909091,0.3416589200000001,15]
        },
        "indicators": [10,17],
        "squares": [3,11,19,27,35,43,51],
        "means": [64.26325000000008,0.5618749999999658,85.9387500000002,87.13837440545014,68.65775000000025,112.26030000000011,10.064772384499998,4.960635411500018,-0.02544335350000006,86.55902827355003,19.22649999999999,19.21948390724923,12.092500000000301,28.288250000001565,3.4727753765925438,3.212077881205111,0.0016016944049998228,19.404155590400144,37.04427500000026,37.00976753424994,35.898500000000034,37.92505000000002,0.5862532001500003,0.36805979684999923,0.007887325200000003,37.048317327999996,122.95400000000033,119.81742733574984,86.40190000000032,159.3304999999992,15.583497828750033,11.432635410500012,0.10811425724999996,122.40228559414996,59.696000000000005,59.37443599794986,38.91610000000035,87.4852500000001,9.65455182125001,7.3971599537500206,0.0019667455000000164,59.72127349552983,80.1765950000003,79.05856499060005,55.952918000000146,113.70099500000036,11.36786474524996,8.389744748999984,0.03771894325000001,80.16492990447524,12.413000000000343,11.618821902250117,8.20300000000017,13.558750000000405,1.8012037728999997,0.7310606292499959,0.04665149224999995,12.332580270500292,0.7247499999999479,0.7317499999999472,203.82994439918173,4.047056751821192,0.29856499603606856,251.94143820703528,90.22659825689226,101.94934910708876,11.070056387848137],
        "scales": [17.517989309207245,0.495967725134414,16.577125517938864,14.253747271480542,13.636444365651204,21.35217094138205,4.466175832592896,2.1697275512099603,0.3965456641100557,15.24181606327289,2.7218004610919797,2.0050397484953053,1.7370790857068288,3.364767739012547,0.6229810959482256,0.5567660078269511,0.05034068264912677,2.0880939946087653,0.6973250492955202,0.5460533313017542,0.753316002750499,0.7182670098925606,0.2446285838722844,0.18518915306121198,0.023578523185764394,0.621462873491557,21.07246743976607,15.706768441704737,15.718694996404782,24.72289970351375,4.996988419395596,3.8376025411723056,0.44405429113987854,17.780268201074588,13.140284776213948,9.435945976756129,10.327805032532348,16.791062576189127,2.9515137077969174,2.6120960751929956,0.2648355694623203,10.619332366629644,14.11427222728736,10.018685821507516,10.477525370509797,25.88584953135542,3.8162150959534764,2.834194162882192,0.3155603381534234,11.642547916837628,3.604570848242633,3.2271291865280602,4.76878296843127,2.55451530382958,1.5466332866926682,0.6629714056352621,0.10727369040580205,3.505762427657947,0.44664016556955055,0.44304845953912997,272.52696356072755,14.350525365979994,0.4025901183205192,372.33441693317354,138.79949974761323,154.3301868913543,16.71321119034237]
      },
      "intercept": -2.4504770045001543,
      "coefficients": [0.4995071166958967,0.04052718680568429,0.07726434000210305,0.0089685663563785,0.07919992423719747,0.15457859647806932,-0.041190031050771084,0.06331107992467112,0.013642060326719255,0.050228222365245635,0.10182347576185422,0.051005859522635935,-0.030635203830896206,-0.04939349275748396,0.10453702062638125,-0.07273665200664355,-0.12545434440790162,-0.050727368007915156,-0.07844910925425173,-0.13400057466309,-0.09173992163059923,-0.07465198083533642,-0.05296798860900217,0.19969058791200142,-0.07406620302026742,-0.14089114100509323,-0.03181318831948336,0.017716334481620542,-0.1078971351231786,-0.15134938155961875,0.0028634838062627575,-0.06838076329859118,-0.17091345960951226,0.08400545965451306,-0.08872300781605923,-0.19147301970685307,0.03367656781971823,-0.01695098197133593,0.02082776845005179,-0.014354929433101273,0.15829276198108666,-0.07607678717867233,-0.047853495648544644,-0.02307051576919865,0.030123262960553766,0.009721802437505256,0.09018220067978801,-0.04099446697710015,0.040217296098946975,0.01476603865939036,-0.42939487856111064,-0.25310959561985,0.07072338233781805,0.016811294443655034,-0.11802333024526819,-0.1928347661175695,-0.2872124348955942,-0.15492148565492794,0.23846070163203112,0.2114859812845284,0.10388395023662837,0.1114463275009319,0.151460379793782,0.2835049074662631,0.08076059901034027,0.011035767771331887,0.06917219403417937]
    }
  },
  "calibrator": {"method":"platt","intercept":-0.04670173748632446,"slope":0.9640360922201151},
  "bands": [
    {"band":"low","from":0,"sensitivity":1,"positivePredictiveValue":0.142,"share":1},
    {"band":"medium","from":0.152,"sensitivity":0.7200704225352113,"positivePredictiveValue":0.3408333333333333,"share":0.3},
    {"band":"high","from":0.372,"sensitivity":0.3785211267605634,"positivePredictiveValue":0.5361596009975063,"share":0.10025}
  ],
  "training": {
    "method": "L2-regularised logistic regression on bounded, filled-in, standardised features and some of their squares; penalty by 5-fold cross-validation by patient within the training set; Platt scaling on the tuning set",
    "split": "by patient: set a of the challenge trains, set b tunes",
    "seed": 2012,
    "penalty": 30,
    "train": {
      "name": "set a",
      "rows": 4000,
      "patients": 4000,
      "events": 554,
      "files": [
        {"name":"features-vitals-a.csv.gz","sha256":"49a1389707fbd47a6b83a3ae7b9e78e20f1160a5b01a6ed9eae18c5f66486d6e"},
        {"name":"Outcomes-a.txt","sha256":"2613ea60ccda29f87571a7d6b09ad130858a8ccd66325bd073365925026883c2"}
      ]
    },
    "tune": {
      "name": "set b",
      "rows": 4000,
      "patients": 4000,
      "events": 568,
      "files": [
        {"name":"features-vitals-b.csv.gz","sha256":"90b8720478653c8ddb21ac7f1d3a8de8c81cd02beb6be87297267aea1e8ea718"},
        {"name":"Outcomes-b.txt","sha256":"1305f29734da374a809483229a99f33a9230aa8d4fa74b1a2d6ad788136423d5"}
      ]
    }
  },
  "metrics": {
    "auroc": {"estimate":0.8268802427033062,"lower":0.8088461438474737,"upper":0.8438755930034293},
    "averagePrecision": {"estimate":0.4735410892150049,"lower":0.43012913898104377,"upper":0.5146983278135748},
    "brier": {"estimate":0.0963083316343646,"lower":0.09013121250889497,"upper":0.10230845873038213},
    "calibrationSlope": {"estimate":0.9935325818247572,"lower":0.9127237349993983,"upper":1.0775812531755398},
    "calibrationIntercept": {"estimate":-0.010012459299510118,"lower":-0.1722183232232462,"upper":0.14023564649742518},
    "expectedCalibrationError": {"estimate":0.011256775854114952,"lower":0.00942949595566959,"upper":0.023824380948825965}
  }
}
`
