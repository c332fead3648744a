/**
 * The weights of every model of delineation, fitted on the odd-numbered records of LUDB and on
 * nothing else, by gradient descent with a small penalty on their squares: once with the marked
 * beats and once with detected ones, the presence of P also with 15 microvolts of noise added.
 *
 * A boundary has two weights for each thing measured: of its value, and of half its square. Slopes
 * and heights are logarithms of shares of the largest; distances are in units of 50 ms.
 */
export const weights = {
  qrsOnset: [
    // slope inside, near
    -0.6181, -0.2692,
    // slope inside, far
    -0.8061, -0.7436,
    // slope outside, near
    2.065, 0.4012,
    // slope outside, far
    1.591, 0.637,
    // height above the outside
    -0.3493, 0.1478,
    // slopes still to come outside
    0.3583, 0.1384,
    // from the first strong slope
    -0.7058, -1.5,
    // from the beat
    -0.6411, -0.7204,
    // from the last strong slope
    -0.5308, -0.3625
  ],
  qrsOffset: [
    // slope inside, near
    -0.2678, -0.3793,
    // slope inside, far
    0.1964, -0.769,
    // slope outside, near
    1.203, -0.2175,
    // slope outside, far
    -0.4932, 0.2287,
    // height above the outside
    -0.3204, 0.08426,
    // slopes still to come outside
    -0.4531, 0.1106,
    // from the last strong slope
    1.15, 2.727,
    // from the beat
    0.9525, -1.484,
    // from the first strong slope
    0.8123, -1.175
  ],
  tPick: [
    0.3103, // gentler slope
    0.4272, // steeper slope
    0.4099, // since the onset of QRS
    -0.02989, // its square
    -1.475, // length
    0.105, // its square
    0.2452, // until the next beat
    -0.005335, // its square
    0.5315, // since the end of QRS
    -0.03527, // its square
    -0.5172, // from the middle of the slopes
    3.075, // after a tenth of the slopes
    2.23, // before nine tenths of the slopes
    0.35, // height
    1.214, // height above the onset of QRS
    -0.3919, // height above the end
    -0.03523 // gentler slope, squared
  ],
  tOnset: [
    // slope inside, near
    0.3953, 0.05823,
    // slope inside, far
    3.322, 1.33,
    // slope outside, near
    -2.041, -1.176,
    // slope outside, far
    -2.777, -0.2062,
    // height above the outside
    -0.4155, -0.7468,
    // slopes still to come outside
    -0.06208, 0.06228,
    // from the rise
    -0.02969, 0.2773,
    // from the peak
    -0.03183, -0.7427,
    // from the fall
    -0.03078, -0.00616,
    // from a tenth of the slopes
    -0.02727, -0.03952,
    // from nine tenths of the slopes
    -0.0296, 0.1724,
    // since the onset of QRS
    1.082, -0.06324,
    // until the next beat
    1.556, -0.197,
    // since the end of QRS
    -0.03013, -0.4736
  ],
  tOffset: [
    // slope inside, near
    1.479, -0.005954,
    // slope inside, far
    1.129, 0.6012,
    // slope outside, near
    -0.5371, -0.2987,
    // slope outside, far
    -1.43, -0.01921,
    // height above the outside
    -0.24, -0.1785,
    // slopes still to come outside
    -0.8148, -0.1279,
    // from the rise
    0.08007, 0.3374,
    // from the peak
    0.08433, 0.05456,
    // from the fall
    0.08175, 0.1199,
    // from a tenth of the slopes
    0.07388, -0.196,
    // from nine tenths of the slopes
    0.07743, -0.3098,
    // since the onset of QRS
    0.1435, -0.09916,
    // until the next beat
    0.00152, -0.01318,
    // since the end of QRS
    0.0953, -0.158
  ],
  pPick: [
    1.253, // gentler slope
    1.157, // steeper slope
    1.313, // gentler slope against QRS
    1.255, // until the onset of QRS
    -0.2294, // its square
    -0.1277, // length
    -0.1326, // its square
    0.6886, // since the T wave before
    0.02008, // its square
    1.316, // until the onset of QRS by heart rate
    -0.1781 // its square
  ],
  pOnset: [
    // slope inside, near
    1.335, 0.3003,
    // slope inside, far
    1.995, -0.5562,
    // slope outside, near
    -0.451, -0.4573,
    // slope outside, far
    -2.26, -0.2271,
    // height above the outside
    -0.4653, -0.07034,
    // slopes still to come outside
    0.1131, -0.03607,
    // from the rise
    -1.331, 0.3737,
    // from the peak
    -1.422, -0.7892,
    // from the fall
    -1.274, 0.1191,
    // until the onset of QRS
    1.04, -0.9764,
    // since the T wave before
    2.965, -0.7816
  ],
  pOffset: [
    // slope inside, near
    -0.03339, -0.859,
    // slope inside, far
    1.363, -1.455,
    // slope outside, near
    0.2687, -0.3624,
    // slope outside, far
    -1.335, -0.712,
    // height above the outside
    0.4487, 0.244,
    // slopes still to come outside
    -0.5705, -0.07755,
    // from the rise
    0.3552, -1.3,
    // from the peak
    0.3803, -3.528,
    // from the fall
    0.3408, 0.5892,
    // until the onset of QRS
    -0.3075, -3.263,
    // since the T wave before
    21.7, 5.505
  ],
  pOwn: [
    -20.39, // always
    -2.927, // steepness against QRS
    1.472, // steepness against noise
    -0.5005, // irregularity of the rhythm
    5.889, // likeness of the beats
    5.568, // its square
    -1.02, // beats, logarithm
    0.3459, // likeness times that
    1.181, // share of the choice
    -0.2143, // unrest before it
    -0.4191 // until the onset of QRS
  ],
  pBlock: [
    0.06032, // always
    0.4187, // odds of the group
    0.7336 // mean odds of the block
  ]
}
