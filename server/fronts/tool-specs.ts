import { z } from 'zod';
import type { Environment } from '../../environments/environment.ts';
import { CodeAction, SubmitAction } from '../../protocol/action.ts';
import { CommonOptions } from '../../protocol/episode.ts';
import { FileRequest } from './file-code.ts';

/** The tools, in the order in which they are used. */
export const TOOLS = ['reset', 'run', 'files', 'evaluate', 'submit'] as const;
export type ToolName = (typeof TOOLS)[number];

/** A tool as a model sees it, without what names its episode. */
export interface ToolSpec {
  readonly name: ToolName;
  readonly description: string;
  readonly input: z.ZodObject;
}

const RUN = z.strictObject({
  code: CodeAction.shape.code.describe('Code for the session.'),
  stdin: CodeAction.shape.stdin.describe('What the code reads on standard input. Default: nothing.'),
  timeout_ms: CodeAction.shape.timeout_ms.describe(
    "Deadline in milliseconds. Default: the server's `--step-timeout-ms`.",
  ),
});
export type RunInput = z.infer<typeof RUN>;

const SUBMIT = z.strictObject({
  answer: SubmitAction.shape.answer.describe(
    'The answer, if the task asks for one. Default: the last output.',
  ),
});
export type SubmitInput = z.infer<typeof SUBMIT>;

/** The input of a tool without fields that are `null`. */
export function withoutNulls(input: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null));
}

/** The tools of an environment. */
export function toolSpecs({ info, language, options }: Environment): ToolSpec[] {
  const specs: Readonly<Record<ToolName, Omit<ToolSpec, 'name'> | null>> = {
    reset: {
      description: `Begin an episode and get its task. ${info.description}`,
      input: z.strictObject({ ...CommonOptions.shape, ...options }),
    },
    run: {
      description: 'Run code in the episode’s session, which keeps its state, and get what it prints.',
      input: RUN,
    },
    files:
      language === 'other'
        ? null
        : {
            description: 'List a folder, read a file or write one. It is a step like `run`.',
            input: FileRequest,
          },
    evaluate: { description: 'Grade the episode as it is now and go on.', input: z.strictObject({}) },
    submit: { description: 'End the episode and grade it.', input: SUBMIT },
  };
  return TOOLS.flatMap((name) => {
    const spec = specs[name];
    return spec === null ? [] : [{ name, ...spec }];
  });
}
