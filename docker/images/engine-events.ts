import { createInterface } from 'node:readline';
import { z } from 'zod';

/** What an engine reports while it pulls, imports or builds: one JSON object a line. */
const EngineEvent = z.object({
  stream: z.string().optional(),
  status: z.string().optional(),
  id: z.string().optional(),
  error: z.string().optional(),
});

/**
 * Read an engine's progress to its end.
 * @throws the engine's error, with what it said just before
 */
export async function followEngine(
  stream: NodeJS.ReadableStream,
  onLine: (line: string) => void,
): Promise<void> {
  const said: string[] = [];
  for await (const text of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (text.trim() === '') continue;
    const event = EngineEvent.parse(JSON.parse(text));
    if (event.error !== undefined) throw new Error([...said.slice(-5), event.error].join(' | '));
    const id = event.id === undefined ? '' : `${event.id}: `;
    const line = (event.stream ?? (event.status === undefined ? '' : `${id}${event.status}`)).trim();
    if (line === '') continue;
    said.push(line);
    if (said.length > 20) said.shift();
    onLine(line);
  }
}
