import { randomBytes } from 'node:crypto';

const NEWLINE = 0x0a;
/** `<length in bytes>\n`, at most ten digits long. */
const LENGTH = /^(\d{1,10})$/;

/** Marks the frames of one run. The judge and its session know it, but no solution process does. */
export function newNonce(): string {
  return randomBytes(16).toString('hex');
}

/** The texts of all complete frames with this nonce in an output. Anything else may be forged and is ignored. */
export function framesIn(output: Buffer, nonce: string): string[] {
  const mark = `\n${nonce} `;
  const found: string[] = [];
  let from = 0;
  for (;;) {
    const at = output.indexOf(mark, from);
    if (at < 0) return found;
    from = at + mark.length;
    const end = output.indexOf(NEWLINE, from);
    const length = LENGTH.exec(output.toString('latin1', from, Math.max(from, end)))?.[1];
    if (length === undefined) continue;
    const start = end + 1;
    if (start + Number(length) > output.length) continue;
    from = start + Number(length);
    found.push(output.toString('utf8', start, from));
  }
}
