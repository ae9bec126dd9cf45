import type { RunResult } from '../docker/sandbox.ts';
import type { Observation } from '../protocol/episode.ts';

/** Output as an observation shows it. */
export interface OutputText {
  readonly text: string;
  /** Bytes of the output that the text does not show. */
  readonly truncatedBytes: number;
}

type Output = Pick<RunResult, 'output' | 'truncatedBytes' | 'truncatedAt'>;

const LONGEST_CHARACTER = 4;
// The decoders are reused: a decoder keeps no state after a whole text.
const LENIENT = new TextDecoder('utf-8', { ignoreBOM: true });
const STRICT = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

function characterLength(lead: number): number {
  if (lead >= 0xf0) return 4;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc0 ? 2 : 1;
}

/** The head without a character that the cut split. */
function wholeHead(head: Buffer): Buffer {
  for (let back = 1; back < LONGEST_CHARACTER && back <= head.length; back += 1) {
    const byte = head[head.length - back];
    if (byte === undefined || isContinuation(byte)) continue;
    return characterLength(byte) > back ? head.subarray(0, head.length - back) : head;
  }
  return head;
}

/** The tail without the end of a character that the cut split. */
function wholeTail(tail: Buffer): Buffer {
  let start = 0;
  while (start < LONGEST_CHARACTER - 1 && isContinuation(tail[start])) start += 1;
  return tail.subarray(start);
}

/** UTF-8 with replacement characters; a leading byte order mark is kept. */
export function decodeText(bytes: Buffer): string {
  return LENIENT.decode(bytes);
}

/** Bytes as Python's strict UTF-8 decoder reads them: `null` where it raises. Cut output is read with replacement. */
export function strictText(result: Output): string | null {
  if (result.truncatedBytes > 0) return outputText(result).text;
  try {
    return STRICT.decode(result.output);
  } catch {
    return null;
  }
}

/**
 * Bytes as text: UTF-8 with replacement characters, never cut inside a character. If bytes were dropped, a line says how
 * many.
 * @param maxBytes limit of bytes to keep, half from the head and half from the tail, if the sandbox kept more
 */
export function outputText(result: Output, maxBytes = Number.POSITIVE_INFINITY): OutputText {
  const { output } = result;
  if (result.truncatedBytes === 0 && output.length <= maxBytes)
    return { text: decodeText(output), truncatedBytes: 0 };
  const cut = result.truncatedBytes > 0 ? result.truncatedAt : Math.ceil(output.length / 2);
  const fits = output.length <= maxBytes;
  const half = Math.floor(maxBytes / 2);
  const head = wholeHead(output.subarray(0, fits ? cut : Math.min(cut, maxBytes - half)));
  const tail = wholeTail(output.subarray(fits ? cut : Math.max(cut, output.length - half)));
  const dropped = output.length + result.truncatedBytes - head.length - tail.length;
  const before = decodeText(head);
  const marker = `[… ${dropped} bytes of output not shown …]\n`;
  const lineBreak = before === '' || before.endsWith('\n') ? '' : '\n';
  return { text: `${before}${lineBreak}${marker}${decodeText(tail)}`, truncatedBytes: dropped };
}

/** The observation of code that ran in the agent's session. */
export function observedRun(result: RunResult): Observation {
  const { text, truncatedBytes } = outputText(result);
  return {
    output: text,
    exit_code: result.exitCode,
    timed_out: result.timedOut,
    truncated_bytes: truncatedBytes,
    cwd: result.cwd,
    ...(result.timeout === null ? {} : { timeout: result.timeout }),
    ...(result.sessionRestarted ? { session_restarted: true } : {}),
  };
}
