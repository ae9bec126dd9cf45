import { AnswerMemory } from './answer-memory.ts';
import type { Config } from './config.ts';
import { OutputRoom } from './output-room.ts';
import { RequestMemory } from './request-memory.ts';
import { RequestQueue } from './request-queue.ts';
import { ResultMemory } from './step-results.ts';

/** What the server holds for its clients, bounded in all. */
export interface ServerMemory {
  readonly answers: AnswerMemory;
  readonly requests: RequestMemory;
  readonly outputs: OutputRoom;
  readonly results: ResultMemory;
  /** Large answers are written one at a time: several would only take more memory. */
  readonly writing: RequestQueue;
  /** Lists are made one at a time, so that nobody who asks for many keeps the event loop to itself. */
  readonly listing: RequestQueue;
}

/** Output of steps under way may take so many times what may be unsent. */
const OUTPUTS_TO_ANSWERS = 4;
/** Results that are stored for steps sent again may take so many times that. */
const STORED_TO_ANSWERS = 4;

export function serverMemory(config: Config): ServerMemory {
  const { max_answer_memory_bytes, max_buffered_bytes, max_request_memory_bytes } = config;
  return {
    answers: new AnswerMemory({ maxBytes: max_answer_memory_bytes, maxClientBytes: max_buffered_bytes }),
    requests: new RequestMemory({ maxBytes: max_request_memory_bytes }),
    outputs: new OutputRoom(OUTPUTS_TO_ANSWERS * max_answer_memory_bytes),
    results: new ResultMemory(STORED_TO_ANSWERS * max_answer_memory_bytes),
    writing: new RequestQueue(),
    listing: new RequestQueue(),
  };
}
