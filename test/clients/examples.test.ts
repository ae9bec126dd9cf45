import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { StepwellClient } from '../../clients/typescript/client.ts';
import type { QueuePlace } from '../../clients/typescript/reset-wait.ts';
import { localMissing } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import { type RealServer, startLocalServer } from './real-server.ts';

const missing = await localMissing();
const CLIENTS = new URL('../../clients/', import.meta.url);

describeUnless(missing, 'the examples', () => {
  let server: RealServer;

  beforeAll(async () => {
    server = await startLocalServer({ pool_max: 8 });
  });

  afterAll(() => server?.[Symbol.asyncDispose]());

  /** Run a program; a non-zero exit status is a rejection. */
  async function program(path: string, ...args: string[]): Promise<string> {
    const loader = ['--import', import.meta.resolve('tsx')];
    const url = server.url.replace('http:', 'ws:');
    const argv = [...loader, fileURLToPath(new URL(path, CLIENTS)), url, ...args];
    return (await promisify(execFile)(process.execPath, argv)).stdout;
  }

  test('one episode', async () => {
    expect(await program('examples/one-episode.ts')).toMatch(/reward \d/);
  });

  test('many episodes', async () => {
    expect(await program('examples/many-episodes.ts', '40')).toContain('40 episodes in');
  });

  test.each(['sql-episode', 'python-episode'])('%s', async (name) => {
    expect(await program(`examples/${name}.ts`)).toMatch(/reward 1 /);
  });

  test('a plain WebSocket', async () => {
    expect(await program('examples/openenv.ts')).toMatch(/reward \d/);
  });

  /** Run code of the client's README as a program. */
  async function readmeProgram(code: string): Promise<string> {
    const runnable = code.replace("'ws://127.0.0.1:8765'", 'process.argv[2]');
    expect(runnable).toContain('process.argv[2]');
    const path = new URL(`examples/readme-${process.pid}.ts`, CLIENTS);
    try {
      await writeFile(path, runnable);
      return await program(path.href);
    } finally {
      await rm(path, { force: true });
    }
  }

  const snippets = async (): Promise<string[]> => {
    const readme = await readFile(new URL('typescript/README.md', CLIENTS), 'utf8');
    return [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);
  };

  test('the code of the client’s README', async () => {
    const [first = ''] = await snippets();
    expect(await readmeProgram(first)).toMatch(/\d [{]/);
  });

  test('the group of the client’s README', async () => {
    const [first = '', ...others] = await snippets();
    const group = others.find((code) => code.includes('stepMany')) ?? '';
    const connected = first.split('\n').slice(0, 3).join('\n');
    const output = await readmeProgram(`${connected}\n${group}`);
    expect(output.match(/^\d total/gm)).toHaveLength(8);
  });

  test('more resets at a time than sandboxes', async () => {
    await using client = await StepwellClient.connect(server.url);
    const positions: number[] = [];
    const play = async (seed: number): Promise<void> => {
      const onQueued = ({ position }: QueuePlace): number => positions.push(position);
      const episode = await client.reset(
        { environment: 'bash-v1', seed },
        { queueTimeoutMs: 600_000, onQueued },
      );
      await episode.step('echo $$');
      await episode.close();
    };
    await Promise.all(Array.from({ length: 100 }, (_, seed) => play(seed)));
    expect(Math.max(...positions)).toBeGreaterThan(80);
  });
});
