import type { FastifyInstance } from 'fastify';
import type { Environment } from '../../environments/environment.ts';
import { RangeRequest, SplitRequest, TaskRequest } from '../../protocol/splits.ts';
import type { HttpAnswers } from '../connection/http-answers.ts';
import { splitsOf, taskAt, taskSpec, tasksOf } from '../fronts/splits.ts';
import type { RequestQueue } from '../memory/request-queue.ts';
import { validate } from './validation.ts';

export interface TaskRoutesParts {
  readonly environment: Environment;
  readonly answers: HttpAnswers;
  /** Lists are made one at a time. */
  readonly listing: RequestQueue;
  readonly parse: (body: unknown) => unknown;
}

/** Add the routes that list an environment's tasks; a split is a dataset. */
export function registerTaskRoutes(
  app: FastifyInstance,
  { environment, answers, listing, parse }: TaskRoutesParts,
): void {
  const { id } = environment;
  app.get('/list_environments', async () => [id]);
  app.get(`/${id}/splits`, async () => splitsOf(environment));
  app.post(`/${id}/tasks`, ({ body }, reply) => {
    const { split } = validate(SplitRequest, parse(body));
    return listing.run(async () => {
      const tasks = tasksOf(environment, split).map(taskSpec);
      return answers.send(reply, { tasks, env_name: id });
    });
  });
  app.post(`/${id}/num_tasks`, async ({ body }) => {
    const { split } = validate(SplitRequest, parse(body));
    return { num_tasks: tasksOf(environment, split).length };
  });
  app.post(`/${id}/task`, async ({ body }) => {
    const { split, index } = validate(TaskRequest, parse(body));
    return { task: taskSpec(taskAt(environment, split, index)) };
  });
  app.post(`/${id}/task_range`, ({ body }, reply) => {
    const { split, start, stop } = validate(RangeRequest, parse(body));
    return listing.run(async () => {
      const range = tasksOf(environment, split).slice(start ?? 0, stop ?? undefined);
      return answers.send(reply, { tasks: range.map(taskSpec) });
    });
  });
}
