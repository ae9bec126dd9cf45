import { spawnSync } from 'node:child_process';
import { unlessRequired } from '../requirements.ts';

/** Why there is no Python to compare with, or `null`. */
export const noPython = unlessRequired(
  'python',
  spawnSync('python3', ['-c', 'pass']).status === 0 ? null : 'no python3',
);

/** Evaluate a Python expression over each JSON input; `result` is what the expression makes of `value`. */
export function inPython(inputs: readonly unknown[], expression: string): unknown[] {
  const program = `
import json, shlex, math, re, sys
def attempt(f, *args):
    try:
        return f(*args)
    except ValueError:
        return None
print(json.dumps([${expression} for value in json.load(sys.stdin)]))`;
  const run = spawnSync('python3', ['-c', program], {
    input: JSON.stringify(inputs),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout) as unknown[];
}
