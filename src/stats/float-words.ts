/** Which of the two 32-bit words of a double in memory holds sign, exponent and upper mantissa: 1, on big-endian machines 0. */
export const HIGH_WORD: 0 | 1 = new Int32Array(Float64Array.of(-0).buffer)[1] === 0 ? 0 : 1;
/** The other word. */
export const LOW_WORD: 0 | 1 = HIGH_WORD === 1 ? 0 : 1;
