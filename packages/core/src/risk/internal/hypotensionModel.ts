/**
 * The model `hypotension`, made by `packages/core/training`: not to be edited. `models/hypotension.json` is the same.
 */
export const text = `
{
  "id": "hypotension",
  "version": "1.0.0",
  "outcome": "two mean pressures below 65 mm[Hg] or more within the next 6 hours",
  "citation": "Silva I, Moody G, Scott DJ, Celi LA, Mark RG. Predicting in-hospital mortality of ICU patients: the PhysioNet/Computing in Cardiology Challenge 2012. Comput Cardiol 2012;39:245-248. Goldberger AL et al. PhysioBank, PhysioToolkit, and PhysioNet. Circulation 2000;101:e215-e220, doi:10.1161/01.CIR.101.23.e215",
  "licence": "data: Open Data Commons Attribution License (ODC-By) 1.0; model: MIT",
  "population": {
    "description": "adults (16 years and over) in intensive care, with 4 mean pressures or more in 12 hours, the last not older than 2 hours, and none below 65 mm[Hg] in those 2 hours",
    "minimumAge": 16,
    "requirements": [{"vital":"mean-pressure","hours":12,"readings":4},{"vital":"mean-pressure","hours":2,"readings":1,"noneBelow":65}]
  },
  "definition": {
    "features": [
      {"name":"age","unit":"a","kind":"age"},
      {"name":"sex","unit":"1","kind":"sex"},
      {"name":"mean-pressure last 12 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"mean-pressure","statistic":"last","hours":12,"startIncluded":false}},
      {"name":"mean-pressure mean 12 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"mean-pressure","statistic":"mean","hours":12,"startIncluded":false}},
      {"name":"mean-pressure minimum 12 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"mean-pressure","statistic":"minimum","hours":12,"startIncluded":false}},
      {"name":"mean-pressure maximum 12 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"mean-pressure","statistic":"maximum","hours":12,"startIncluded":false}},
      {"name":"mean-pressure standard-deviation 12 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"mean-pressure","statistic":"standard-deviation","hours":12,"startIncluded":false}},
      {"name":"mean-pressure average-real-variability 12 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"mean-pressure","statistic":"average-real-variability","hours":12,"startIncluded":false}},
      {"name":"mean-pressure slope 12 h","unit":"mm[Hg]/h","kind":"summary","of":{"vital":"mean-pressure","statistic":"slope","hours":12,"startIncluded":false}},
      {"name":"systolic-pressure last 12 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"systolic-pressure","statistic":"last","hours":12,"startIncluded":false}},
      {"name":"systolic-pressure mean 12 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"systolic-pressure","statistic":"mean","hours":12,"startIncluded":false}},
      {"name":"systolic-pressure minimum 12 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"systolic-pressure","statistic":"minimum","hours":12,"startIncluded":false}},
      {"name":"systolic-pressure maximum 12 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"systolic-pressure","statistic":"maximum","hours":12,"startIncluded":false}},
      {"name":"systolic-pressure standard-deviation 12 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"systolic-pressure","statistic":"standard-deviation","hours":12,"startIncluded":false}},
      {"name":"systolic-pressure average-real-variability 12 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"systolic-pressure","statistic":"average-real-variability","hours":12,"startIncluded":false}},
      {"name":"systolic-pressure slope 12 h","unit":"mm[Hg]/h","kind":"summary","of":{"vital":"systolic-pressure","statistic":"slope","hours":12,"startIncluded":false}},
      {"name":"diastolic-pressure last 12 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"diastolic-pressure","statistic":"last","hours":12,"startIncluded":false}},
      {"name":"diastolic-pressure mean 12 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"diastolic-pressure","statistic":"mean","hours":12,"startIncluded":false}},
      {"name":"diastolic-pressure minimum 12 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"diastolic-pressure","statistic":"minimum","hours":12,"startIncluded":false}},
      {"name":"diastolic-pressure maximum 12 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"diastolic-pressure","statistic":"maximum","hours":12,"startIncluded":false}},
      {"name":"diastolic-pressure standard-deviation 12 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"diastolic-pressure","statistic":"standard-deviation","hours":12,"startIncluded":false}},
      {"name":"diastolic-pressure average-real-variability 12 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"diastolic-pressure","statistic":"average-real-variability","hours":12,"startIncluded":false}},
      {"name":"diastolic-pressure slope 12 h","unit":"mm[Hg]/h","kind":"summary","of":{"vital":"diastolic-pressure","statistic":"slope","hours":12,"startIncluded":false}},
      {"name":"heart-rate last 12 h","unit":"/min","kind":"summary","of":{"vital":"heart-rate","statistic":"last","hours":12,"startIncluded":false}},
      {"name":"heart-rate mean 12 h","unit":"/min","kind":"summary","of":{"vital":"heart-rate","statistic":"mean","hours":12,"startIncluded":false}},
      {"name":"heart-rate minimum 12 h","unit":"/min","kind":"summary","of":{"vital":"heart-rate","statistic":"minimum","hours":12,"startIncluded":false}},
      {"name":"heart-rate maximum 12 h","unit":"/min","kind":"summary","of":{"vital":"heart-rate","statistic":"maximum","hours":12,"startIncluded":false}},
      {"name":"heart-rate standard-deviation 12 h","unit":"/min","kind":"summary","of":{"vital":"heart-rate","statistic":"standard-deviation","hours":12,"startIncluded":false}},
      {"name":"heart-rate average-real-variability 12 h","unit":"/min","kind":"summary","of":{"vital":"heart-rate","statistic":"average-real-variability","hours":12,"startIncluded":false}},
      {"name":"heart-rate slope 12 h","unit":"/min/h","kind":"summary","of":{"vital":"heart-rate","statistic":"slope","hours":12,"startIncluded":false}},
      {"name":"mean-pressure mean 3 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"mean-pressure","statistic":"mean","hours":3,"startIncluded":false}},
      {"name":"mean-pressure minimum 3 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"mean-pressure","statistic":"minimum","hours":3,"startIncluded":false}},
      {"name":"mean-pressure standard-deviation 3 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"mean-pressure","statistic":"standard-deviation","hours":3,"startIncluded":false}},
      {"name":"mean-pressure average-real-variability 3 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"mean-pressure","statistic":"average-real-variability","hours":3,"startIncluded":false}},
      {"name":"mean-pressure slope 3 h","unit":"mm[Hg]/h","kind":"summary","of":{"vital":"mean-pressure","statistic":"slope","hours":3,"startIncluded":false}},
      {"name":"systolic-pressure mean 3 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"systolic-pressure","statistic":"mean","hours":3,"startIncluded":false}},
      {"name":"systolic-pressure minimum 3 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"systolic-pressure","statistic":"minimum","hours":3,"startIncluded":false}},
      {"name":"systolic-pressure standard-deviation 3 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"systolic-pressure","statistic":"standard-deviation","hours":3,"startIncluded":false}},
      {"name":"systolic-pressure average-real-variability 3 h","unit":"mm[Hg]","kind":"summary","of":{"vital":"systolic-pressure","statistic":"average-real-variability","hours":3,"startIncluded":false}},
      {"name":"systolic-pressure slope 3 h","unit":"mm[Hg]/h","kind":"summary","of":{"vital":"systolic-pressure","statistic":"slope","hours":3,"startIncluded":false}},
      {
        "name": "pulse pressure last 12 h",
        "unit": "mm[Hg]",
        "kind": "difference",
        "of": {"vital":"systolic-pressure","statistic":"last","hours":12,"startIncluded":false},
        "minus": {"vital":"diastolic-pressure","statistic":"last","hours":12,"startIncluded":false}
      },
      {
        "name": "pulse pressure mean 12 h",
        "unit": "mm[Hg]",
        "kind": "difference",
        "of": {"vital":"systolic-pressure","statistic":"mean","hours":12,"startIncluded":false},
        "minus": {"vital":"diastolic-pressure","statistic":"mean","hours":12,"startIncluded":false}
      },
      {
        "name": "shock index last 12 h",
        "unit": "/min/mm[Hg]",
        "kind": "ratio",
        "of": {"vital":"heart-rate","statistic":"last","hours":12,"startIncluded":false},
        "over": {"vital":"systolic-pressure","statistic":"last","hours":12,"startIncluded":false}
      },
      {"name":"mean-pressure share-below 70 12 h","unit":"1","kind":"summary","of":{"vital":"mean-pressure","statistic":"share-below","hours":12,"startIncluded":false,"below":70}}
    ],
    "ranges": [
      {"vital":"heart-rate","minimum":10,"maximum":300},
      {"vital":"systolic-pressure","minimum":30,"maximum":300},
      {"vital":"diastolic-pressure","minimum":10,"maximum":200},
      {"vital":"mean-pressure","minimum":20,"maximum":250}
    ]
  },
  "definitionSha256": "ff4eb73a0a90ea1d116b1c76c5811394f1eb54f01eb5f8ed644c4d613ad4f592",
  "predictor": {
    "kind": "logistic",
    "model": {
      "preprocessing": {
        "medians": [65,1,81,80.37037,67,97,8.219739,7.292927,0.195804,123,121.176471,101,144,11.617385,10.166667,0.292683,61,60.526316,49,75,7.043039,6.3125,0.118881,86,86.583333,76,98,5.933895,4.333333,-0.013026,81.166667,75,5.177802,6,0.5,123,114,7.569676,8.5,0.5,61,59.866667,0.695652,0.090909],
        "bounds": {
          "lower": [19,0,65,62.95767238,40,72,2.7389885,2.416667,-3.38897014,88,91.52491264,63,104,3.8918272,3.363636,-4.7031476,40,41.89377784,23,51,2.339386,1.9684208000000003,-2.8068494,52,54.26261526,44,61,0.389249,0.230769,-3.96088578,65.33,56,0.386825,0.5,-17,91,80,0.57735,0.5,-22.5,24,30.45055516,0.36419544,0],
          "upper": [90,1,122,113.01661526000004,98,178,27.88262430000002,22.513436560000006,3.5045818000000133,181,169.9138886400001,149,214,31.232478999999934,27.75454559999999,4.871503399999995,97,90.40256412000004,77,125,20.39816659999991,20.181818,2.8970747999999946,131,127.25,116,156,23.1243850000001,15.120577100000009,3.6691898400000063,117.333333,110,25.03116015999999,32.26476163999989,18.110999999999965,174.60833355000022,166,30.233968400000045,38,23,114,103.87133348000002,1.2419523200000004,0.9]
        },
        "indicators": [],
        "squares": [2,3,4,30,31,43],
        "means": [63.19749808225749,0.5765032159083279,83.20711984422121,82.01837915234579,67.71748923113309,99.96275978049415,9.11548559839506,8.13022403075468,0.17550562295391547,125.51938396176575,123.37794916991767,102.52811707086991,146.19201038532094,12.57259974437955,11.153346596447838,0.27527053000531054,62.50079660116848,61.75509682835857,49.3515666489649,76.98813949371645,7.814174529710262,7.141978628134762,0.10988313317991481,87.23372868354456,87.4251571845277,77.20009441199144,99.88934914734277,6.820793573611837,4.920065102260024,-0.027679011081607235,83.16966997025975,77.01776715643024,6.292077091258651,7.440419483816773,0.44343306697350265,125.16619779196965,116.2338466985321,8.866509055018428,10.439863722723999,0.569222392635858,62.990263763498675,61.615471213359655,0.714287586074227,0.1886744719419401,161.77406076590987,118.5049825853805,127.992203121485,134.19388336540976,126.78717265591433,0.06267186677495722],
        "scales": [17.70442391558462,0.4939632974429948,12.526080103494744,10.760531976587718,11.290589547260533,18.178215573562007,4.437549346639772,3.972995759879125,1.2523570495457117,20.18398641274306,17.33542291935539,17.75222247322515,22.711145739571283,5.481545334884863,5.074983571990726,1.769964246431269,11.658884538122525,10.013261714783676,10.612880429401129,14.522324000615308,3.642610207144966,3.6625286125900915,1.053980398625179,17.097509996958447,16.031267025971182,15.40040607320157,19.39303618144918,4.040639120736551,2.8144793771151733,1.3044574136894125,11.409726660465484,11.077715845713227,4.595943860213434,5.784126345255409,5.758903464679722,18.375543781841788,18.37247349256037,5.98898121863275,7.427164217754309,7.919115626917961,18.817640164817913,15.647390994831184,0.18687078515970956,0.23046426896792543,272.66617986077006,184.86330912088317,189.73972479071008,220.1327014603533,210.7864575438931,0.12493369432627324]
      },
      "intercept": -2.384981806012333,
      "coefficients": [0.16718108982904395,-0.046542775545334134,-0.39399582858256577,-0.251576344957255,-0.3697865417422634,0.14364378537681147,-0.12419706284573498,0.018159366960621145,-0.11041630215601492,0.05289109447648052,-0.06921390417995063,-0.05786118641368327,-0.03582215660169491,-0.04997336379008518,0.16950983190167923,0.06358605492688349,-0.0512790405606917,-0.11649556678270823,0.08400812831839488,-0.019376158405838242,0.02137552716719383,0.03323501380212483,-0.03034225334450044,0.10778222467152214,-0.07864165237613917,-0.12163650208201941,0.10602063521152397,0.056573034926318065,-0.11916419002882915,0.039259038899155635,0.021903704492822047,-0.34557407360100845,0.019365500938901783,-0.02755533252863163,-0.04892793736872965,0.1964849545836284,-0.14475374791020168,0.06190456448655897,-0.10168567579628444,0.052483128930339094,-0.04475412126633051,0.03103457566999999,0.12861706008013843,0.2324225307070066,0.21424022729873124,0.10830190464229769,-0.11184046003294199,0.17681054810468763,-0.02659358980037405,0.004247901040274239]
    }
  },
  "calibrator": {"method":"platt","intercept":0.0038232512893536246,"slope":1.0130876889660627},
  "bands": [
    {"band":"low","from":0,"sensitivity":1,"positivePredictiveValue":0.1341434638980651,"share":1},
    {"band":"medium","from":0.16,"sensitivity":0.7154793315743184,"positivePredictiveValue":0.31901960784313727,"share":0.30084945729117507},
    {"band":"high","from":0.349,"sensitivity":0.32717678100263853,"positivePredictiveValue":0.4384207424867413,"share":0.10010618216139688}
  ],
  "training": {
    "method": "L2-regularised logistic regression on bounded, filled-in, standardised features and some of their squares; penalty by 5-fold cross-validation by patient within the training set; Platt scaling on the tuning set",
    "split": "by patient: set a of the challenge trains, set b tunes",
    "seed": 2012,
    "penalty": 30,
    "train": {"name":"set a","rows":16947,"patients":3823,"events":2389,"files":[{"name":"hypotension6h-a.csv.gz","sha256":"489c2d4f819121804ea60233109cbdfa4c3ab197627fff5bff418d6f5fe1d878"}]},
    "tune": {"name":"set b","rows":16952,"patients":3802,"events":2274,"files":[{"name":"hypotension6h-b.csv.gz","sha256":"a9e05b97f1b946a6c638fc93ee1cc16405d40b3456c464108a31aa110b23e468"}]}
  },
  "metrics": {
    "auroc": {"estimate":0.8150284267026571,"lower":0.8054527375571926,"upper":0.8241466534243181},
    "averagePrecision": {"estimate":0.39610371749178724,"lower":0.3755439082338121,"upper":0.4191399147467473},
    "brier": {"estimate":0.09680624400920113,"lower":0.0927994699165085,"upper":0.10069395349278569},
    "calibrationSlope": {"estimate":0.9981428621489861,"lower":0.9526749062830496,"upper":1.0427685845011576},
    "calibrationIntercept": {"estimate":-0.0032232299770739072,"lower":-0.08920118608472916,"upper":0.07691181442957327},
    "expectedCalibrationError": {"estimate":0.007714082068697169,"lower":0.004876714491443034,"upper":0.012265032243573646}
  }
}
`
