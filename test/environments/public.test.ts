import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as publicModule from '../../environments/public.ts';

const EXAMPLES = join(import.meta.dirname, '../../clients/examples');
/** Folders that are environments outside the source. */
const FOLDERS = ['node-repl', 'new-environment'];
const MOST_LINES = 150;

function sources(folder: string): { readonly name: string; readonly text: string }[] {
  return readdirSync(join(EXAMPLES, folder))
    .filter((name) => /\.(ts|cjs|mjs)$/.test(name))
    .map((name) => ({ name, text: readFileSync(join(EXAMPLES, folder, name), 'utf8') }));
}

describe('the module for environments outside the source', () => {
  it('has these values, and no others', () => {
    expect(Object.keys(publicModule).sort()).toEqual([
      'IDLE_TIMEOUT',
      'ProtocolError',
      'SESSION_FIELDS',
      'SandboxError',
      'TIMED_FIELDS',
      'UnplayableError',
      'decodeText',
      'defineEnvironment',
      'observedRun',
      'outputText',
      'readTasks',
      'z',
    ]);
  });

  it.each(FOLDERS)('is all that %s imports', (folder) => {
    const imported = sources(folder).flatMap(({ text }) =>
      [...text.matchAll(/\b(?:from|require\()\s*'([^']+)'/g)].map(([, name]) => name),
    );
    expect(imported).toContain('stepwell/environment');
    expect(imported.filter((name) => !/^(node:|stepwell\/environment$)/.test(name ?? ''))).toEqual([]);
  });

  it.each(FOLDERS)(`is enough for %s in at most ${MOST_LINES} lines`, (folder) => {
    const program = sources(folder).filter(({ name }) => !name.includes('.test.'));
    const lines = program.reduce((sum, { text }) => sum + text.trimEnd().split('\n').length, 0);
    expect(lines).toBeLessThanOrEqual(MOST_LINES);
  });
});
