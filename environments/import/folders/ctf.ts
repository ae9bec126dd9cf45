import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { shellQuote } from '../../bash/posix-words.ts';
import { checked, DatasetError } from '../../dataset-error.ts';
import { withoutOwnKeys } from '../../own-keys.ts';
import { type FoundRecord, recordList } from '../../record-list.ts';
import { filesBelow } from '../../terminal/files-below.ts';
import type { ImportResult } from '../intercode.ts';
import { type CopiedFiles, type WrittenFile, type WrittenTask, writeTasks } from './written-tasks.ts';

export interface CtfOptions {
  readonly home: string;
  /** Name of the dataset. */
  readonly name: string;
  /** Folder with a folder of files for each task, by its `task_id`. @default `task_assets` beside the file */
  readonly assets?: string | undefined;
  /** Whether the instruction shows `hint`. @default false */
  readonly hints?: boolean;
  /** Play in the image `bash`, which needs no build, instead of an image with tools. @default false */
  readonly plain?: boolean;
}

const FOLDER = '/ctf';
const ANSWER = `${FOLDER}/answer.txt`;
const GRADE = new URL('ctf/test.sh', import.meta.url);
const TOOLS = new URL('ctf/Dockerfile', import.meta.url);
/** Files above this size in bytes become a part of the image: those of a start are sent with every reset. */
const MOST_AT_START = 8 * 1024 * 1024;

const flag = z.string().regex(/^\S[^\n]*$/, 'a flag is one line');

/** A record of InterCode's `ic_ctf.json`, with some keys of ours. */
const CtfRecord = z.strictObject({
  task_id: z.union([z.number().int().min(0), z.string().regex(/^[\w-]+$/, 'use letters, digits, - and _')]),
  query: z.string().min(1),
  gold: flag,
  tags: z.array(z.string()).optional(),
  source: z.string().optional(),
  hint: z.string().optional(),
  /** Shell code that runs in the task's folder before the agent. */
  setup: z.string().optional(),
  /** Folder with `start.sh`, relative to the file; it runs with the flag in the variable FLAG, and may leave services. */
  service: z.string().min(1).optional(),
  /** Script that finds the flag and writes it to `/ctf/answer.txt`. @default one that knows it */
  solution: z.string().min(1).optional(),
  /** Other flags. */
  wrong: z.array(flag).optional(),
  /** Scripts that try to get the reward without finding the flag. */
  cheats: z.array(z.string().min(1)).optional(),
});
type CtfRecord = z.infer<typeof CtfRecord>;

/**
 * Import tasks in the format of InterCode's `ic_ctf.json`: the agent finds a flag and submits it.
 * @throws {DatasetError} for a malformed record; nothing is written then
 */
export async function importCtf(file: string, options: CtfOptions): Promise<ImportResult> {
  const assets = options.assets ?? join(dirname(file), 'task_assets');
  if (!(await isFolder(assets))) {
    const remedy = 'name the folder with the files of the tasks by --assets';
    throw new DatasetError({ file: assets }, `no such folder; ${remedy}`);
  }
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new DatasetError({ file }, 'the file cannot be read', { cause: error });
  });
  const records = recordList(text, file, 'tasks') ?? [];
  if (records.length === 0) throw new DatasetError({ file }, 'the file has no records');
  const left: { readonly name: string; readonly reason: string }[] = [];
  const tasks: WrittenTask[] = [];
  for (const found of records) {
    const record = checked(CtfRecord, withoutOwnKeys(found.value, Object.keys(CtfRecord.shape)), found.place);
    const place = join(assets, String(record.task_id));
    const bytes = (await isFolder(place))
      ? filesBelow(place).reduce((sum, { content }) => sum + content.length, 0)
      : null;
    if (options.plain === true && (bytes ?? 0) > MOST_AT_START) {
      const reason = `its files have ${bytes} bytes; above ${MOST_AT_START} they need an image, without --plain`;
      left.push({ name: idOf(record), reason });
      continue;
    }
    tasks.push(
      await taskOf(record, found, { ...options, file, files: bytes === null ? null : { place, bytes } }),
    );
  }
  if (tasks.length === 0) throw new DatasetError({ file }, `no task can be played; e.g. ${left[0]?.reason}`);
  return { imported: [await writeTasks(tasks, options)], left };
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function idOf({ task_id }: CtfRecord): string {
  return typeof task_id === 'number' ? `ctf-${task_id}` : task_id;
}

interface Given extends CtfOptions {
  readonly file: string;
  /** The folder of the task's files, and their size. */
  readonly files: { readonly place: string; readonly bytes: number } | null;
}

async function taskOf(record: CtfRecord, { place }: FoundRecord, given: Given): Promise<WrittenTask> {
  const { query, gold, hint, setup, tags = [], source, wrong = [], cheats = [] } = record;
  const { hints = false, plain = false, files } = given;
  const workdir = `${FOLDER}/${record.task_id}`;
  const service = await serviceOf(record, place, given.file);
  const inImage = !plain && files !== null && files.bytes > MOST_AT_START;
  const start = [
    ...(files !== null && !inImage ? ['cp -a /start/files/. .'] : []),
    ...(setup === undefined ? [] : [setup]),
    ...(service === null ? [] : [`cd /start/service && FLAG=${shellQuote(gold)} exec bash start.sh`]),
  ];
  const told = [
    query.trim(),
    ...(hints && hint !== undefined ? [`Hint: ${hint}`] : []),
    `Its files are in ${workdir}. Submit the flag (\`submit <flag>\`), or write it to ${ANSWER} and submit.`,
  ];
  return {
    id: idOf(record),
    place: place(['task_id']),
    instruction: told.join('\n\n'),
    config: {
      task: { keywords: tags },
      metadata: source === undefined ? {} : { source },
      environment: { workdir, network_mode: setup === undefined ? 'no-network' : 'public' },
      verifier: { timeout_sec: 30 },
      stepwell: { answer: ANSWER },
    },
    files: [
      { path: 'tests/test.sh', content: await readFile(GRADE) },
      { path: 'tests/flag.txt', content: `${gold}\n` },
      { path: 'solution/solve.sh', content: `${record.solution ?? writing(gold)}\n` },
      ...(start.length === 0
        ? []
        : [{ path: 'start/start.sh', content: `${['set -e', ...start].join('\n')}\n` }]),
      ...(plain ? [] : [await dockerfile(inImage ? workdir : null)]),
      ...wrong.map((one, index) => ({ path: `wrong/${index + 1}.sh`, content: `${writing(one)}\n` })),
      ...cheats.map((one, index) => ({ path: `cheats/${index + 1}.sh`, content: `${one}\n` })),
    ],
    copied: [
      ...(files === null ? [] : [{ from: files.place, to: inImage ? 'environment/files' : 'start/files' }]),
      ...(service === null ? [] : [service]),
    ],
  };
}

/** @throws {DatasetError} for a folder that is not beside the file, or has no `start.sh` */
async function serviceOf(
  { service }: CtfRecord,
  place: FoundRecord['place'],
  file: string,
): Promise<CopiedFiles | null> {
  if (service === undefined) return null;
  const base = dirname(resolve(file));
  const from = resolve(base, service);
  if (!from.startsWith(`${base}/`))
    throw new DatasetError(place(['service']), 'use a folder beside the file');
  const script = await stat(join(from, 'start.sh')).catch(() => null);
  if (script === null) throw new DatasetError(place(['service']), `${service} has no start.sh`);
  return { from, to: 'start/service' };
}

/** An image with tools; tasks without large files share it. */
async function dockerfile(copied: string | null): Promise<WrittenFile> {
  const tools = await readFile(TOOLS, 'utf8');
  const path = 'environment/Dockerfile';
  return { path, content: copied === null ? tools : `${tools}COPY files ${copied}\n` };
}

function writing(answer: string): string {
  return `printf '%s\\n' ${shellQuote(answer)} > ${ANSWER}`;
}
