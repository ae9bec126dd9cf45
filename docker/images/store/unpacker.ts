import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { systemPath } from '../runner-files.ts';
import { ImageStoreError, type ImageStoreErrorCode } from './errors.ts';

const program = fileURLToPath(new URL('./unpacker', import.meta.url));

/** What the program says is at fault. */
const CODES = {
  archive: 'refused',
  digest: 'refused',
  no_space: 'no_space',
  over_cap: 'over_cap',
  failed: 'failed',
} as const satisfies Record<string, ImageStoreErrorCode>;

const Answer = z.union([
  z.object({ done: z.unknown() }),
  z.object({
    refused: z.object({
      code: z.enum(['archive', 'digest', 'no_space', 'over_cap', 'failed']),
      reason: z.string(),
      member: z.string(),
    }),
  }),
]);

/** Characters of a member's name that are shown. */
const NAME_WIDTH = 200;

interface Running {
  /** @throws {ImageStoreError} */
  readonly answer: Promise<unknown>;
  /** Let it end, and wait for that. */
  end(): Promise<void>;
}

/**
 * Start the program of the store that reads archives (`unpacker/`), with one request. It ends with this process.
 * @param what it is about, as the messages of errors name it
 * @param signal kills it; the answer rejects with the signal's reason
 */
function start(request: Readonly<Record<string, unknown>>, what: string, signal?: AbortSignal): Running {
  signal?.throwIfAborted();
  const child = spawn('python3', ['-I', '-S', '-X', 'utf8', program], { env: { PATH: systemPath } });
  const kill = (): void => void child.kill('SIGKILL');
  signal?.addEventListener('abort', kill, { once: true });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-2000);
  });
  // Its end tells more than a pipe that broke because of it.
  child.stdin.on('error', () => {});
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => {
      signal?.removeEventListener('abort', kill);
      resolve();
    });
  });
  const answer = new Promise<unknown>((resolve, reject) => {
    child.once('error', (cause) => {
      const message = `python3 cannot be started: ${cause.message}`;
      reject(new ImageStoreError('failed', message, { cause }));
    });
    createInterface(child.stdout).once('line', (line) => {
      try {
        resolve(doneOf(Answer.parse(JSON.parse(line)), what));
      } catch (error) {
        reject(error);
      }
    });
    child.once('close', (code, how) => {
      if (signal?.aborted) reject(signal.reason);
      else
        reject(
          new ImageStoreError('failed', `${what}: its unpacker ended (${how ?? code}): ${words.trim()}`),
        );
    });
  });
  child.stdin.write(`${JSON.stringify(request)}\n`);
  const end = (): Promise<void> => {
    child.stdin.end();
    return closed;
  };
  return { answer, end };
}

function doneOf(answer: z.infer<typeof Answer>, what: string): unknown {
  if ('done' in answer) return answer.done;
  const { code, reason, member } = answer.refused;
  const where = member === '' ? what : `${what}, member ${JSON.stringify(member.slice(0, NAME_WIDTH))}`;
  throw new ImageStoreError(CODES[code], `${where}: ${reason}`);
}

async function ask(
  request: Readonly<Record<string, unknown>>,
  what: string,
  signal?: AbortSignal,
): Promise<unknown> {
  const { answer, end } = start(request, what, signal);
  try {
    return await answer;
  } finally {
    await end();
  }
}

/** Bytes of a file. */
export interface Place {
  readonly file: string;
  readonly offset: number;
  readonly size: number;
}

/** A layer as an archive has it: a tar, or one compressed by gzip. */
export interface PackedLayer extends Place {
  /** How messages name it. */
  readonly label: string;
  /** Digest of the bytes as they are stored, if known. */
  readonly digest?: string | undefined;
  /** Digest of the uncompressed tar, if known. */
  readonly diffId?: string | undefined;
}

/** What users of the store may want to know of what a layer has lost, as numbers of files. */
const LeftOut = z.partialRecord(z.enum(['devices', 'owners', 'capabilities', 'attributes']), z.number());
export type LeftOut = z.infer<typeof LeftOut>;

/** A layer that is unpacked. */
export const LayerRecord = z.object({
  diffId: z.string(),
  /** About what it takes on the disk. */
  bytes: z.number(),
  files: z.number(),
  /** Whether it hides all layers below it: an overlay takes no notice of an opaque root. */
  hidesLower: z.boolean(),
  leftOut: LeftOut,
  /** Namespace of the overlay's attributes; `user` needs the mount option `userxattr`. */
  attributes: z.enum(['trusted', 'user']),
});
export type LayerRecord = z.infer<typeof LayerRecord>;

/**
 * Unpack a layer into a new folder, and verify it.
 * @param into the folder; the caller removes it if this fails
 * @param limit most bytes that it may take @default only the disk limits it
 * @throws {ImageStoreError} `refused`, `no_space`, `over_cap`, `failed`
 */
export async function unpackLayer(
  { label, ...layer }: PackedLayer,
  into: string,
  { limit, signal }: { readonly limit?: number | undefined; readonly signal?: AbortSignal | undefined },
): Promise<LayerRecord> {
  return LayerRecord.parse(await ask({ command: 'unpack', ...layer, into, limit }, label, signal));
}

const Members = z.object({
  members: z.array(
    z.object({
      name: z.string(),
      /** Of a link: what it leads to, from the archive's root if it is a hard one, else from its own folder. */
      link: z.string().nullable(),
      hard: z.boolean(),
      /** Of a regular file. */
      offset: z.number().optional(),
      size: z.number().optional(),
    }),
  ),
});
export type Member = z.infer<typeof Members>['members'][number];

/** The members of an uncompressed tar. @throws {ImageStoreError} `refused`, `failed` */
export async function listMembers(file: string, label: string, signal?: AbortSignal): Promise<Member[]> {
  return Members.parse(await ask({ command: 'members', file }, label, signal)).members;
}

/** Do some work while no other process, and no other caller of this one, has the lock. It goes with its process. */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const lock = start({ command: 'lock', file }, file);
  try {
    await lock.answer;
    return await work();
  } finally {
    await lock.end();
  }
}
