const TERMS = 200;
/** From here on the error function is 1 in double precision. */
const SATURATED = 6;

/**
 * The Gauss error function, by the series erf x = 2/√π · exp(−x²) · Σ 2ⁿ x²ⁿ⁺¹ / (1·3·…·(2n+1)) (Abramowitz and
 * Stegun 7.1.6), whose terms all have one sign, so that nothing cancels.
 */
export function errorFunction(x: number): number {
  if (x < 0) return -errorFunction(-x);
  if (x >= SATURATED) return 1;
  let term = x;
  let sum = x;
  for (let n = 1; n < TERMS && term > sum * Number.EPSILON * 0.1; n += 1) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
