import type { CallToolResult } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { EvaluateResult, ResetResult, StepResult } from '../../protocol/episode.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { FailureClass } from '../../protocol/failure.ts';
import { stepText } from '../fronts/step-text.ts';
import { failureOfReset, toldFailure } from '../fronts/told-failure.ts';
import { clipped } from '../json/excerpt.ts';

const ToldFailure = z.object({
  class: FailureClass,
  code: z.string(),
  message: z.string(),
  retryable: z.boolean(),
  mask_sample: z.literal(true),
});

/** What every tool returns besides its text. A result with `error` has nothing else but, maybe, `failure`. */
export const ToolOutput = z.looseObject({
  output: z.string().optional().describe('What the code printed; after a reset, the instruction.'),
  episode: z
    .string()
    .optional()
    .describe('The episode that a reset has begun, for clients without a session.'),
  reward: z.number().nullable().optional().describe('Null where nothing was graded.'),
  terminated: z.boolean().optional().describe('Whether a submit has ended the episode.'),
  truncated: z.boolean().optional().describe('Whether a limit or a failure has ended the episode.'),
  failure: ToldFailure.nullable()
    .optional()
    .describe('A fault of the infrastructure; the sample says nothing about the agent.'),
  error: z
    .object({ name: z.string(), message: z.string(), retryable: z.boolean(), remedy: z.string() })
    .optional(),
});
export type ToolOutput = z.infer<typeof ToolOutput>;

function content(text: string, output: ToolOutput, isError = false): CallToolResult {
  return { content: [{ type: 'text', text }], structuredContent: output, ...(isError ? { isError } : {}) };
}

/** @param episode that the client must pass with every call; `undefined` if its session stands for it */
export function resetAnswer(result: ResetResult, episode: string | undefined): CallToolResult {
  const { observation, task, info } = result;
  const { output } = observation;
  const note =
    episode === undefined ? '' : `\n\n[Pass "episode": "${episode}" to every other tool for this episode.]`;
  return content(`${output}${note}`, {
    ...observation,
    ...(episode === undefined ? {} : { episode }),
    task: { id: task.id, index: task.index, dataset: task.dataset },
    info,
  });
}

export function stepAnswer(result: StepResult): CallToolResult {
  const { observation, reward, terminated, truncated, step, info } = result;
  const failure = result.failure === null ? null : toldFailure(result.failure);
  const output = { ...observation, reward, terminated, truncated, failure, step, info };
  return content(stepText(result), output, failure !== null);
}

export function evaluateAnswer({ reward, failure, info }: EvaluateResult): CallToolResult {
  if (failure !== null) {
    const text = `${failure.message} (${failure.code}) The episode is over without a reward: reset to go on.`;
    return content(text, { reward, failure: toldFailure(failure), info, truncated: true }, true);
  }
  const told = [
    reward === null ? `not graded: ${info.ungraded ?? 'there is no grade'}` : `reward ${reward}`,
    ...(typeof info.feedback === 'string' ? [info.feedback] : []),
  ];
  return content(told.join('\n'), { reward, failure, info });
}

/** An error that the caller can read and act on. @throws what is not a `ProtocolError` */
export function errorAnswer(cause: unknown): CallToolResult {
  if (!(cause instanceof ProtocolError)) throw cause;
  const { name, retryable, remedy } = cause.data;
  const message = clipped(cause.message);
  const failure = failureOfReset(cause);
  return content(
    retryable ? `${message} ${remedy}` : message,
    { error: { name, message, retryable, remedy }, ...(failure === undefined ? {} : { failure }) },
    true,
  );
}
