/** A decimal number taken apart: (−1)^negative · digits · 10^exponent. */
export interface DecimalDigits {
  readonly negative: boolean;
  /** Without leading zeros; `0` for zero. */
  readonly digits: string;
  readonly exponent: number;
}

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/** The parts of a decimal text such as `-2.50` or `1E+3`; `null` for any other text, including `NaN` and `Infinity`. */
export function decimalDigits(text: string): DecimalDigits | null {
  const match = DECIMAL.exec(text);
  if (match === null) return null;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return null;
  const digits = (whole + fraction).replace(/^0+(?=\d)/, '');
  return { negative: sign === '-', digits, exponent: Number(exponent) - fraction.length };
}
