/** Characters of a chunk. Clients read an event line by line, and refuse long lines. */
const CHUNK = 4_096;
/** Time between comments that keep a stream open, in milliseconds. */
const KEEP_ALIVE_MS = 10_000;

export function sentEvent(event: string, data: string): string {
  return `event: ${event}\ndata: ${data}\n\n`;
}

/** A character of a JSON string, written as an escape. */
function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/**
 * A JSON text in chunks. Clients drop white space at the beginning of a chunk, so that it is escaped there; in compact JSON,
 * it is always a part of a string.
 */
export function* chunks(json: string): Generator<string> {
  for (let from = 0; from < json.length; ) {
    let to = Math.min(from + CHUNK, json.length);
    const last = json.charCodeAt(to - 1);
    if (to < json.length && last >= 0xd800 && last < 0xdc00) to -= 1;
    const chunk = json.slice(from, to);
    yield /^\s/u.test(chunk) || chunk.charCodeAt(0) === 0x85 ? `${escaped(chunk)}${chunk.slice(1)}` : chunk;
    from = to;
  }
}

/** The events of a call: its id at once, then its result in chunks, or an error. */
export async function* callEvents(id: string, result: Promise<string>): AsyncGenerator<string> {
  yield sentEvent('task_id', id);
  let done = false;
  const settled = result.then(
    (json) => {
      done = true;
      return json;
    },
    (error: unknown) => {
      done = true;
      throw error;
    },
  );
  settled.catch(() => {});
  while (!done) {
    let wake = (): void => {};
    const pause = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const timer = setTimeout(wake, KEEP_ALIVE_MS);
    await Promise.race([settled.then(wake, wake), pause]);
    clearTimeout(timer);
    if (!done) yield ': waiting\n\n';
  }
  let json: string;
  try {
    json = await settled;
  } catch {
    yield sentEvent('error', 'Internal server error.');
    return;
  }
  let before: string | undefined;
  for (const chunk of chunks(json)) {
    if (before !== undefined) yield sentEvent('chunk', before);
    before = chunk;
  }
  yield sentEvent('end', before ?? '');
}
