import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { checked, DatasetError, parsedJson } from '../dataset-error.ts';
import type { PythonTaskRecord, PythonTest } from '../python/task.ts';
import type { PublishedDataset } from './dataset-writer.ts';

const NAME = 'apps';
const RECORDS = 'ic_apps.json';

const PublishedRecord = z.looseObject({
  query: z.string().min(1),
  gold: z.string().min(1),
  input_output: z.looseObject({
    inputs: z.array(z.json()).min(1),
    outputs: z.array(z.json()).min(1),
    /** Name of the function or method to call; programs have none. */
    fn_name: z.string().min(1).optional(),
  }),
  meta: z.looseObject({ difficulty: z.string().optional() }).optional(),
});
type PublishedRecord = z.infer<typeof PublishedRecord>;

/** An error that names the record's field. */
type Fault = (field: string, reason: string) => DatasetError;

/** A text, or a list of its lines; APPS has both. */
const Text = z.union([z.string(), z.array(z.string()).transform((lines) => lines.join('\n'))]);

function text(value: unknown, field: string, fault: Fault): string {
  const result = Text.safeParse(value);
  if (result.success) return result.data;
  throw fault(field, 'neither a text nor a list of lines');
}

function programTest(record: PublishedRecord, index: number, fault: Fault): PythonTest {
  const { inputs, outputs } = record.input_output;
  return {
    name: `test ${index + 1}`,
    stdin: text(inputs[index], `input_output.inputs[${index}]`, fault),
    stdout: text(outputs[index], `input_output.outputs[${index}]`, fault),
  };
}

/** APPS accepts the value itself and, of a list, its first item: most of its values are wrapped in a list. */
function callTest(record: PublishedRecord, index: number, fault: Fault): PythonTest {
  const { inputs, outputs } = record.input_output;
  const args = inputs[index];
  const value = outputs[index] ?? null;
  if (!Array.isArray(args)) throw fault(`input_output.inputs[${index}]`, 'not a list of arguments');
  const [first] = Array.isArray(value) ? value : [];
  const also = first === undefined ? {} : { also: first };
  return { name: `test ${index + 1}`, args, value, ...also };
}

function taskOf(record: PublishedRecord, index: number, fault: Fault): PythonTaskRecord {
  const { query, gold, input_output, meta } = record;
  const { inputs, outputs, fn_name } = input_output;
  if (inputs.length !== outputs.length) {
    throw fault('input_output.outputs', `${outputs.length} outputs for ${inputs.length} inputs`);
  }
  const difficulty = meta?.difficulty;
  const common = {
    id: `apps-${index}`,
    gold: gold.replaceAll('\r\n', '\n'),
    visibility: 'names' as const,
    ...(difficulty === undefined ? {} : { tags: [difficulty] }),
  };
  if (fn_name === undefined) {
    const tests = inputs.map((_, test) => programTest(record, test, fault));
    return { ...common, instruction: query, tests };
  }
  const isMethod = /^class\s+Solution\b/m.test(gold);
  const asked = isMethod ? `the method ${fn_name} of a class Solution` : `a function ${fn_name}`;
  return {
    ...common,
    instruction: `${query.trimEnd()}\n\nWrite ${asked}.`,
    entry: isMethod ? `Solution().${fn_name}` : fn_name,
    tests: inputs.map((_, test) => callTest(record, test, fault)),
  };
}

/**
 * APPS (Hendrycks et al. 2021) as InterCode transforms it: `ic_apps.json`, a list of `query`, `gold`, `input_output` and `meta`.
 * @throws {DatasetError} with file, record, field and reason
 */
export async function readApps(folder: string): Promise<PublishedDataset[]> {
  const file = join(folder, RECORDS);
  const value = parsedJson(await readFile(file, 'utf8'), { file });
  if (!Array.isArray(value) || value.length === 0) throw new DatasetError({ file }, 'not a list of records');
  const tasks = value.map((content: unknown, record) => {
    const fault: Fault = (field, reason) => new DatasetError({ file, record, field }, reason);
    return taskOf(checked(PublishedRecord, content, { file, record }), record, fault);
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
