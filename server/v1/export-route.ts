import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { ProtocolError } from '../../protocol/errors.ts';
import { ExportFormat, TrajectoryFilter } from '../../protocol/operator.ts';
import { FORMATS } from '../store/export/formats.ts';
import type { StoreThread } from '../store/store-thread.ts';

/** Maximum exports at the same time: each may hold a file in memory. */
const MOST_EXPORTS = 4;

/** `GET /trajectories/export?format=…&<filter>`: a file for the operator. @param store `null` if no trajectories are kept */
export function registerExport(app: FastifyInstance, store: StoreThread | null): void {
  let running = 0;
  app.get('/trajectories/export', async (request, reply) => {
    const { format: name, ...given } = request.query as Record<string, unknown>;
    const format = ExportFormat.safeParse(name);
    if (!format.success) {
      return reply.code(400).send({ error: `format: give one of ${ExportFormat.options.join(', ')}` });
    }
    const filter = TrajectoryFilter.safeParse(filterOf(given));
    if (!filter.success) {
      const [issue] = filter.error.issues;
      return reply.code(400).send({ error: `${issue?.path.join('.')}: ${issue?.message}` });
    }
    if (store === null) {
      return reply.code(404).send({ error: 'This server keeps no trajectories (--trajectories none).' });
    }
    if (running >= MOST_EXPORTS) {
      return reply
        .code(503)
        .header('retry-after', '5')
        .send({ error: 'Other exports are running: try again.' });
    }
    running += 1;
    const pieces = piecesOf(store, format.data, filter.data, () => {
      running -= 1;
    });
    reply.raw.once('close', () => void pieces.return(undefined));
    try {
      // Errors that come before the first piece have a status.
      const first = await pieces.next();
      const { extension, type } = FORMATS[format.data];
      const file = `stepwell-${format.data}.${extension}`;
      reply.type(type).header('content-disposition', `attachment; filename="${file}"`);
      return reply.send(Readable.from(withFirst(first, pieces), { objectMode: false }));
    } catch (error) {
      if (error instanceof ProtocolError) return reply.code(500).send({ error: error.message });
      throw error;
    }
  });
}

/** Words of a query as the values of a filter. */
function filterOf(query: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const words: Readonly<Record<string, boolean>> = { true: true, false: false };
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, words[String(value)] ?? value]),
  );
}

async function* piecesOf(
  store: StoreThread,
  format: ExportFormat,
  filter: TrajectoryFilter,
  onEnd: () => void,
): AsyncGenerator<string | Uint8Array> {
  const id = randomUUID();
  try {
    for (;;) {
      const piece = await store.ask('export', { id, format, filter });
      if (piece === null) return;
      yield piece;
    }
  } finally {
    onEnd();
    await store.ask('leave', { id }).catch(() => {});
  }
}

async function* withFirst<T>(first: IteratorResult<T, unknown>, rest: AsyncGenerator<T>): AsyncGenerator<T> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}
