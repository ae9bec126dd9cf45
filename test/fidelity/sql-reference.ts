import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { StepwellClient } from '../../clients/typescript/client.ts';
import type { StepResult } from '../../protocol/episode.ts';
import { intercodeFolder } from './reference-data.ts';
import { shortened } from './replay.ts';

/** One episode of the reference: what InterCode's own formulas gave to a published model run on MariaDB. */
const SqlReferenceEpisode = z.object({
  model: z.string(),
  task_id: z.number().int(),
  db: z.string(),
  actions: z.array(z.string()),
  observations: z.array(z.string()),
  rewards: z.array(z.number()),
  valid: z.array(z.boolean()),
});
export type SqlReferenceEpisode = z.infer<typeof SqlReferenceEpisode>;

export function sqlReference(): SqlReferenceEpisode[] {
  const folder = join(intercodeFolder, 'reference');
  return readdirSync(folder)
    .filter((name) => /^sql_.*\.jsonl$/.test(name))
    .sort()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n'))
    .map((line) => SqlReferenceEpisode.parse(JSON.parse(line)));
}

const SpiderTasks = z.array(z.object({ db: z.string(), gold: z.string() }));

/** Spider's tasks with their gold queries, by the `task_id` of the reference. */
export function spiderGolds(): z.infer<typeof SpiderTasks> {
  const file = join(intercodeFolder, 'sql/spider/ic_spider_dev.json');
  return SpiderTasks.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** One step of a replay beside what the reference has. */
export interface SqlStep {
  readonly reference: SqlReferenceEpisode;
  /** From 0. */
  readonly step: number;
  readonly result: StepResult;
}

export function sameObservation({ reference, step, result }: SqlStep): boolean {
  return result.observation.output === reference.observations[step];
}

/** Play an episode of the reference again, graded after every step as it was. A failure ends it. */
export async function replaySql(client: StepwellClient, reference: SqlReferenceEpisode): Promise<SqlStep[]> {
  await using episode = await client.reset({
    environment: 'sql-v1',
    dataset: 'spider',
    task: reference.task_id,
    semantics: 'intercode',
    reward: 'every_step',
    max_output_bytes: 1_048_576,
  });
  const steps: SqlStep[] = [];
  for (const [step, action] of reference.actions.entries()) {
    const result = await episode.step({ code: action });
    steps.push({ reference, step, result });
    if (result.terminated || result.truncated) break;
  }
  return steps;
}

/** A difference, told for a person. */
export function describeSqlDifference({ reference, step, result }: SqlStep): string {
  const short = (text: string) => shortened(text, 300);
  const { task_id, model, rewards, actions, observations } = reference;
  return [
    `task ${task_id} ${model} step ${step + 1}: ${result.reward}, reference ${rewards[step]}`,
    ...(result.failure === null ? [] : [`  failure ${result.failure.code}: ${result.failure.message}`]),
    `  action ${short(actions[step] ?? '')}`,
    `  ours   ${short(result.observation.output)}`,
    `  theirs ${short(observations[step] ?? '')}`,
  ].join('\n');
}
