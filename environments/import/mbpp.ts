import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { checked, DatasetError, parsedJson } from '../dataset-error.ts';
import type { PythonTaskRecord } from '../python/task.ts';
import type { PublishedDataset } from './dataset-writer.ts';

const NAME = 'mbpp';
const RECORDS = 'ic_mbpp.json';

const PublishedRecord = z.looseObject({
  query: z.string().min(1),
  gold: z.string().min(1),
  tests: z.array(z.string().min(1)).min(1),
  task_id: z.number().int().min(0),
  test_setup_code: z.string().optional(),
});
type PublishedRecord = z.infer<typeof PublishedRecord>;

const DEFINITION = /^(?:async\s+)?(?:def|class)\s+([\p{L}_][\p{L}\p{N}_]*)/gmu;

/** The name of the gold that the tests call first. */
function entryOf({ gold, tests }: PublishedRecord): string | undefined {
  const defined = new Set([...gold.matchAll(DEFINITION)].map((match) => match[1]));
  const called = tests.flatMap((test) => [...test.matchAll(/([\p{L}_][\p{L}\p{N}_]*)\s*\(/gu)]);
  return called.map((match) => match[1]).find((name) => defined.has(name));
}

function unix(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

/** A test's setup may make objects of the solution's classes, so it is part of the test and runs after the solution. */
function taskOf(record: PublishedRecord, entry: string): PythonTaskRecord {
  const setup = unix(record.test_setup_code ?? '').trim();
  return {
    id: `mbpp-${record.task_id}`,
    instruction: record.query,
    entry,
    gold: unix(record.gold),
    tests: record.tests.map((test, index) => ({
      name: `test ${index + 1}`,
      code: setup === '' ? unix(test) : `${setup}\n${unix(test)}`,
    })),
    visibility: 'full',
  };
}

/**
 * MBPP (Austin et al. 2021) as InterCode publishes it: `ic_mbpp.json`, a list of `query`, `gold`, `tests`, `task_id` and
 * `test_setup_code`.
 * @throws {DatasetError} with file, record, field and reason
 */
export async function readMbpp(folder: string): Promise<PublishedDataset[]> {
  const file = join(folder, RECORDS);
  const value = parsedJson(await readFile(file, 'utf8'), { file });
  if (!Array.isArray(value) || value.length === 0) throw new DatasetError({ file }, 'not a list of records');
  const known = new Set<number>();
  const tasks = value.map((content: unknown, index) => {
    const record = checked(PublishedRecord, content, { file, record: index });
    if (known.has(record.task_id)) {
      throw new DatasetError(
        { file, record: index, field: 'task_id' },
        'another record has the same task_id',
      );
    }
    known.add(record.task_id);
    const entry = entryOf(record);
    if (entry !== undefined) return taskOf(record, entry);
    throw new DatasetError(
      { file, record: index, field: 'tests' },
      'no test calls a function that the gold defines',
    );
  });
  return [
    {
      name: NAME,
      tasks: tasks.length,
      tree: null,
      added: [],
      file: { format: 1, environment: 'python-v1', image: { name: 'python', from: 'python' }, tasks },
    },
  ];
}
