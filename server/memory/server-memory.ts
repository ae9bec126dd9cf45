import type { Config } from '../config/config.ts';
import { AnswerMemory } from './answer-memory.ts';
import { CopyRoom } from './copy-room.ts';
import { OutputRoom } from './output-room.ts';
import { RequestMemory } from './request-memory.ts';
import { RequestQueue } from './request-queue.ts';
import { ResultMemory } from './result-memory.ts';

/** The limits of what the server holds in memory for its clients. */
export interface ServerMemory {
  readonly answers: AnswerMemory;
  readonly requests: RequestMemory;
  readonly outputs: OutputRoom;
  readonly results: ResultMemory;
  readonly copies: CopyRoom;
  /** Large answers are made one at a time, to save memory. */
  readonly writing: RequestQueue;
  /** Lists are made one at a time, so that a client with many requests does not block the event loop. */
  readonly listing: RequestQueue;
}

/** Limit of the output of running steps, as a multiple of that of unsent answers. */
const OUTPUTS_TO_ANSWERS = 4;
/** Limit of the stored results, as a multiple of that of unsent answers. */
const STORED_TO_ANSWERS = 4;

export function serverMemory(config: Config): ServerMemory {
  const { max_answer_memory_bytes, max_buffered_bytes, max_request_memory_bytes } = config;
  return {
    answers: new AnswerMemory({ maxBytes: max_answer_memory_bytes, maxClientBytes: max_buffered_bytes }),
    requests: new RequestMemory({ maxBytes: max_request_memory_bytes }),
    outputs: new OutputRoom(OUTPUTS_TO_ANSWERS * max_answer_memory_bytes),
    results: new ResultMemory(STORED_TO_ANSWERS * max_answer_memory_bytes),
    copies: new CopyRoom(),
    writing: new RequestQueue(),
    listing: new RequestQueue(),
  };
}
