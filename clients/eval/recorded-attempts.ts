import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { Action, parseAction } from '../../protocol/action.ts';
import type { RecordedAttempt } from './scripted-agents.ts';

/** A line of a file of attempts, e.g. of InterCode's published runs. */
const Attempt = z.looseObject({
  task: z.union([z.string(), z.number().int()]).optional(),
  /** As InterCode's logs have it. */
  task_id: z.union([z.string(), z.number().int()]).optional(),
  actions: z.array(Action),
});

const Line = z.union([Attempt, z.looseObject({ event: z.string() })]);

/**
 * The attempts of a file: a trajectory, or JSON lines with `task` (or `task_id`) and `actions`.
 * @throws {Error} with file, line and reason
 */
export async function readAttempts(path: string): Promise<RecordedAttempt[]> {
  const text = await readFile(path, 'utf8');
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const values = lines.map((line, at) => parsed(path, line, at + 1));
  const [first] = values;
  if (first !== undefined && 'event' in first) return [trajectoryAttempt(path, values)];
  return values.map((value, at) => {
    const attempt = Attempt.safeParse(value).data;
    const task = attempt?.task ?? attempt?.task_id;
    if (attempt === undefined || task === undefined)
      throw fault(path, at + 1, 'has no `task` (or `task_id`) and `actions`');
    return { task, actions: attempt.actions };
  });
}

function parsed(path: string, line: string, number: number): z.infer<typeof Line> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw fault(path, number, 'is not JSON');
  }
  const checked = Line.safeParse(value);
  if (checked.success) return checked.data;
  throw fault(path, number, 'is neither an event of a trajectory nor an object with `task` and `actions`');
}

/** Its actions without those that were taken back, and without the submit, which the evaluation makes. */
function trajectoryAttempt(
  path: string,
  events: readonly Readonly<Record<string, unknown>>[],
): RecordedAttempt {
  const task = z.object({ id: z.string() }).safeParse(events[0]?.task);
  if (!task.success) throw fault(path, 1, 'is no reset event');
  const actions: Action[] = [];
  for (const event of events) {
    if (event.event === 'undo') actions.length = Math.min(actions.length, Number(event.to_step));
    if (event.event !== 'step') continue;
    actions.length = Math.min(actions.length, Number(event.step) - 1);
    const action = Action.safeParse(event.action);
    if (action.success) actions.push(parseAction(action.data));
  }
  return { task: task.data.id, actions };
}

function fault(path: string, line: number, reason: string): Error {
  return new Error(`${path}: line ${line} ${reason}`);
}
