/** The store's thread: answers questions about the trajectories of a folder. */

import { parentPort, workerData } from 'node:worker_threads';
import { ProtocolError } from '../../protocol/errors.ts';
import type { StoreAnswer, StoreRequest } from './requests.ts';
import { TrajectoryStore } from './store.ts';

const store = new TrajectoryStore(String(workerData));

parentPort?.on('message', async ({ id, method, params }: StoreRequest) => {
  parentPort?.postMessage(await answerTo(id, () => store[method](params as never)));
});

async function answerTo(id: number, ask: () => Promise<unknown>): Promise<StoreAnswer> {
  try {
    return { id, value: await ask() };
  } catch (error) {
    if (error instanceof ProtocolError) return { id, error: error.error, message: error.message };
    return { id, fault: error instanceof Error ? error.message : String(error) };
  }
}
