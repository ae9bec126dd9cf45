import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { Action } from '../../protocol/action.ts';
import { type Agent, AgentError, type AgentPlay, type Feedback, type Usage } from './agent.ts';

const Answer = z.object({
  action: Action.nullable(),
  usage: z.object({ prompt_tokens: z.number().min(0), completion_tokens: z.number().min(0) }).optional(),
});

export interface CommandAgentOptions {
  /** For `sh -c`. */
  readonly command: string;
  /** Maximum time for an answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Gets what the program writes to its standard error. */
  readonly errors: NodeJS.WritableStream;
}

/**
 * A program that speaks JSON lines: it reads `{"type":"reset",…}`, then `{"type":"step",…}` after each of its actions, and answers
 * each by `{"action": …, "usage"?: …}`; `action: null` is its end. `{"type":"end"}` is not answered. One process plays one episode.
 */
export function commandAgent({ command, errors, timeoutMs }: CommandAgentOptions): Agent {
  return {
    name: command,
    async begin(task) {
      const child = spawn('/bin/sh', ['-c', command], { stdio: ['pipe', 'pipe', 'pipe'] });
      child.stderr.pipe(errors, { end: false });
      // A program that has ended is told by the missing answer.
      child.stdin.on('error', () => {});
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const ended = new Promise<void>((resolve) => {
        child.once('close', () => resolve());
        child.once('error', () => resolve());
      });
      const ask = async (message: object) => {
        child.stdin.write(`${JSON.stringify(message)}\n`);
        return answerOf(await withTimeout(lines.next(), timeoutMs));
      };
      const play: AgentPlay = {
        next: (feedback: Feedback | null) =>
          ask(feedback === null ? { type: 'reset', ...task } : { type: 'step', ...feedback }),
        async end() {
          child.stdin.end(`${JSON.stringify({ type: 'end' })}\n`);
          const killing = setTimeout(() => child.kill('SIGKILL'), 2_000);
          await ended;
          clearTimeout(killing);
        },
      };
      return play;
    },
  };
}

function answerOf({ done, value }: IteratorResult<string>): { action: Action | null; usage?: Usage } {
  if (done) throw new AgentError('the program of the agent has ended without an answer', false);
  let json: unknown;
  try {
    json = JSON.parse(value);
  } catch {
    throw new AgentError(`the agent did not answer with JSON: ${value.slice(0, 200)}`, false);
  }
  const answer = Answer.safeParse(json);
  if (!answer.success) {
    const [issue] = answer.error.issues;
    throw new AgentError(
      `the agent's answer is no action: ${issue?.path.join('.')}: ${issue?.message}`,
      false,
    );
  }
  const { action, usage } = answer.data;
  return usage === undefined ? { action } : { action, usage };
}

async function withTimeout<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new AgentError(`the agent did not answer within ${timeoutMs} ms`, false)),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
