import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createConfig } from '../../server/config/config.ts';
import { type RunningServer, startServer } from '../../server/main.ts';
import { BUILD_MS, noEngine } from '../engines.ts';
import { describeUnless } from '../requirements.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** Texts of the README's blocks of a language. */
function blocks(language: string): string[] {
  const pattern = new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g');
  return [...README.matchAll(pattern)].map(([, text = '']) => text);
}

/** Hold an answer to what the README shows of it; `…` stands for anything that is there. */
function expectShown(shown: unknown, answer: unknown, path = 'result'): void {
  if (shown === '…') {
    expect(answer, path).toBeDefined();
  } else if (typeof shown !== 'object' || shown === null) {
    expect(answer, path).toBe(shown);
  } else {
    for (const [key, value] of Object.entries(shown)) {
      expectShown(value, (answer as Record<string, unknown>)?.[key], `${path}.${key}`);
    }
  }
}

const missing = await noEngine();

describeUnless(missing, 'the README', () => {
  const home = mkdtempSync(join(tmpdir(), 'stepwell-readme-'));
  let server: RunningServer;

  beforeAll(async () => {
    const config = createConfig({ port: 0, pool: { 'bash-v1': 1 }, log_level: 'error' });
    server = await startServer(config, { env: { ...process.env, STEPWELL_HOME: home } });
  }, BUILD_MS);
  afterAll(async () => {
    await server?.close();
    rmSync(home, { recursive: true, force: true });
  });

  it('shows sessions as they are', async () => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/v1`);
    const answers: string[] = [];
    let arrived = () => {};
    socket.on('message', (data) => {
      // A reset may wait for its sandbox, and for its image.
      if (/"method":"episode\/(queued|building)"/.test(String(data))) return;
      answers.push(String(data));
      arrived();
    });
    await new Promise((open) => socket.once('open', open));
    let episode = '';
    let checked = 0;
    for (const line of blocks('jsonc').join('').trim().split('\n')) {
      const frame = JSON.parse(line.slice(2));
      if (line.startsWith('→')) {
        if (frame.params.episode_id !== undefined) frame.params.episode_id = episode;
        const next = new Promise<void>((resolve) => {
          arrived = resolve;
        });
        socket.send(JSON.stringify(frame));
        await next;
        continue;
      }
      const answer = JSON.parse(answers.shift() ?? 'null');
      expectShown(frame, answer, `answer ${frame.id}`);
      episode = answer.result.episode_id ?? episode;
      checked += 1;
    }
    expect(checked).toBe(8);
    socket.close();
  });

  it('shows a client that works', async () => {
    const program = join(home, 'snippet.mts');
    const code = (blocks('ts')[0] ?? '').replace('ws://127.0.0.1:8765', server.url.replace('http', 'ws'));
    writeFileSync(program, code);
    const tsx = join(ROOT, 'node_modules/tsx/dist/cli.mjs');
    const { stdout } = await promisify(execFile)(process.execPath, [tsx, program], { cwd: ROOT });
    expect(stdout).toMatch(/file_diff/);
  });
});
