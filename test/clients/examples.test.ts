import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
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

  test('the code of the client’s README', async () => {
    const readme = await readFile(new URL('typescript/README.md', CLIENTS), 'utf8');
    const [, code = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
    const runnable = code.replace("'ws://127.0.0.1:8765'", 'process.argv[2]');
    expect(runnable).toContain('process.argv[2]');
    const path = new URL(`examples/readme-${process.pid}.ts`, CLIENTS);
    try {
      await writeFile(path, runnable);
      expect(await program(path.href)).toMatch(/\d [{]/);
    } finally {
      await rm(path, { force: true });
    }
  });
});
