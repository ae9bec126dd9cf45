import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { checked, DatasetError, parsedJson } from '../dataset-error.ts';
import type { PythonTaskRecord } from '../python/task.ts';
import type { PublishedDataset } from './dataset-writer.ts';

const PublishedRecord = z.looseObject({
  task_id: z.string().min(1),
  prompt: z.string().min(1),
  entry_point: z.string().regex(/^[\p{L}_][\p{L}\p{N}_]*$/u, 'not a function name'),
  canonical_solution: z.string().min(1),
  test: z.string().min(1),
});
type PublishedRecord = z.infer<typeof PublishedRecord>;

/** The part of the prompt before the function to write: imports and helpers, which the tests use too. */
function preamble({ prompt, entry_point }: PublishedRecord): string | undefined {
  const at = prompt.search(new RegExp(`^(?:async\\s+)?def\\s+${entry_point}\\s*\\(`, 'mu'));
  return at < 0 ? undefined : prompt.slice(0, at).trim();
}

function taskOf(record: PublishedRecord, setup: string): PythonTaskRecord {
  const { task_id, prompt, entry_point, canonical_solution, test } = record;
  return {
    id: task_id,
    instruction: prompt,
    entry: entry_point,
    gold: `${prompt}${canonical_solution}`,
    ...(setup === '' ? {} : { setup: `${setup}\n` }),
    tests: [{ name: 'check', code: `${test.trimEnd()}\n\ncheck(${entry_point})\n` }],
    visibility: 'full',
  };
}

/**
 * Tasks in HumanEval's format (Chen et al. 2021): one line of JSON each, with `task_id`, `prompt`, `entry_point`,
 * `canonical_solution` and `test`, whose `check(candidate)` asserts. It is one test, all or nothing, as published.
 * @param name of the dataset @default the file's name without its extension, in lower case
 * @throws {DatasetError} with file, line, field and reason
 */
export async function readHumanEval(file: string, name = defaultName(file)): Promise<PublishedDataset[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new DatasetError({ file }, 'the file cannot be read', { cause: error });
  });
  const tasks: PythonTaskRecord[] = [];
  for (const [index, content] of text.split('\n').entries()) {
    if (content.trim() === '') continue;
    const place = { file, line: index + 1, record: tasks.length };
    const record = checked(PublishedRecord, parsedJson(content, { file, line: index + 1 }), place);
    if (tasks.some(({ id }) => id === record.task_id)) {
      throw new DatasetError({ ...place, field: 'task_id' }, 'another record has the same task_id');
    }
    const setup = preamble(record);
    if (setup === undefined) {
      throw new DatasetError(
        { ...place, field: 'prompt' },
        `it does not begin the function ${record.entry_point}`,
      );
    }
    if (!/^def check\s*\(/m.test(record.test)) {
      throw new DatasetError({ ...place, field: 'test' }, 'it does not define the function check');
    }
    tasks.push(taskOf(record, setup));
  }
  if (tasks.length === 0) throw new DatasetError({ file }, 'the file has no records');
  return [
    {
      name,
      tasks: tasks.length,
      tree: null,
      added: [],
      file: { format: 1, environment: 'python-v1', image: { name: 'python', from: 'python' }, tasks },
    },
  ];
}

function defaultName(file: string): string {
  return basename(file)
    .replace(/\.jsonl?$/i, '')
    .toLowerCase();
}
