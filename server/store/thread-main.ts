/** The store's thread: answers questions about the trajectories of a folder. */

import { parentPort, workerData } from 'node:worker_threads';
import { ProtocolError } from '../../protocol/errors.ts';
import { exported } from './export/formats.ts';
import type { StoreAnswer, StoreMethod, StoreMethods, StoreRequest } from './requests.ts';
import { TrajectoryStore } from './store.ts';

type Answers = {
  readonly [M in StoreMethod]: (params: StoreMethods[M]['params']) => Promise<StoreMethods[M]['result']>;
};

const store = new TrajectoryStore(String(workerData));
/** Exports in progress, by their ids. */
const exports = new Map<string, AsyncGenerator<string | Buffer>>();

const answers: Answers = {
  list: (params) => store.list(params),
  read: (params) => store.read(params),
  stats: (params) => store.stats(params),
  async export({ id, format, filter }) {
    const pieces = exports.get(id) ?? exported(format, store, filter);
    exports.set(id, pieces);
    try {
      const { done, value } = await pieces.next();
      if (!done) return value;
    } catch (error) {
      exports.delete(id);
      throw error;
    }
    exports.delete(id);
    return null;
  },
  async leave({ id }) {
    await exports.get(id)?.return(undefined);
    exports.delete(id);
    return null;
  },
};

parentPort?.on('message', async ({ id, method, params }: StoreRequest) => {
  parentPort?.postMessage(await answerTo(id, () => answers[method](params as never)));
});

async function answerTo(id: number, ask: () => Promise<unknown>): Promise<StoreAnswer> {
  try {
    return { id, value: await ask() };
  } catch (error) {
    if (error instanceof ProtocolError) return { id, error: error.error, message: error.message };
    return { id, fault: error instanceof Error ? error.message : String(error) };
  }
}
