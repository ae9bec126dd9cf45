import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PipFailed } from '../../tools/pip.ts';
import { installedRuff, runRuff } from '../../tools/ruff.ts';

let folder: string;
let said: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stepwell-ruff-'));
  said = [];
  vi.spyOn(console, 'error').mockImplementation((line) => said.push(String(line)));
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** A Python whose `pip install` does this; `$target` is where to. */
function pythonWith(pip: string): string {
  const path = join(folder, 'python');
  const target = `while [ "$1" != --target ]; do shift; done; target=$2`;
  writeFileSync(path, `#!/bin/sh\necho call >>'${folder}/calls'\n${target}\n${pip}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** Installs a ruff that ends with this status. */
const ruffOf = (status: number) =>
  pythonWith(
    `mkdir -p "$target/bin"; printf '#!/bin/sh\\nexit ${status}\\n' >"$target/bin/ruff"; chmod +x "$target/bin/ruff"`,
  );

const calls = () => readFileSync(join(folder, 'calls'), 'utf8').split('\n').length - 1;
const tools = () => join(folder, 'tools');

describe('ruff', () => {
  it('is installed once and then used again', () => {
    const options = { folder: tools(), python: ruffOf(0) };
    const program = installedRuff(options);
    expect(installedRuff(options)).toBe(program);
    expect(calls()).toBe(1);
    expect(program).toMatch(/ruff-[\d.]+\/bin\/ruff$/);
  });

  it('leaves nothing of an install that failed', () => {
    const python = pythonWith('mkdir "$target/bin"; exit 1');
    expect(() => installedRuff({ folder: tools(), python })).toThrow(PipFailed);
    expect(readdirSync(tools())).toEqual([]);
  });

  it.each([
    ['without pip', () => pythonWith('echo "No module named pip" >&2; exit 1'), 'No module named pip'],
    ['without Python', () => join(folder, 'absent'), 'ENOENT'],
  ])('is skipped with one sentence %s, and required where it must run', (_, python, reason) => {
    const options = { folder: tools(), python: python(), fix: false };
    expect(runRuff({ ...options, required: false })).toBe(0);
    expect(said).toEqual([expect.stringMatching(/^Python is not checked: .*\.$/)]);
    expect(said[0]).toContain(reason);
    expect(runRuff({ ...options, required: true })).toBe(1);
  });

  it.each([0, 1])('fails where it finds something wrong: status %i', (status) => {
    const options = { folder: tools(), python: ruffOf(status), fix: false, required: false };
    expect(runRuff(options)).toBe(status);
    expect(said).toEqual([]);
  });
});
