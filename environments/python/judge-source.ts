import { readFileSync } from 'node:fs';

/** The judge's modules, each after those that it imports. */
const MODULES = [
  'instances',
  'modules',
  'errors',
  'decoding',
  'codec',
  'channel',
  'remote',
  'privileges',
  'filter',
  'operations',
  'callbacks',
  'scopes',
  'places',
  'solution',
  'processor',
  'spawner',
  'clock',
  'starting',
  'notices',
  'given',
  'looks',
  'process',
  'program',
  'strange',
  'data',
  'rewriting',
  'slices',
  'leaving',
  'placement',
  'running',
  'assertion',
  'changes',
  'comparison',
  'work',
  'outcomes',
  'grading',
  'serving',
  'session',
] as const;

function source(name: string): string {
  return readFileSync(new URL(`./judge/${name}.py`, import.meta.url), 'utf8');
}

/** Code for a session that reads the compiled judge from standard input, then a job and its plan, and grades. */
export function judgeLoader(): string {
  return source('loader');
}

/** Code for a session that has the judge: reads a job and its plan, and grades. */
export function judgeAgain(): string {
  return source('again');
}

/** The modules' texts by name; the empty name is the package's own. */
export function judgeModules(): [name: string, text: string][] {
  return [['', source('__init__')], ...MODULES.map((name): [string, string] => [name, source(name)])];
}

/**
 * Code for a session that reads the modules as JSON from its standard input, compiles them, and prints what the loader needs:
 * base64 of the marshalled code.
 */
export const COMPILE = `import base64, json, marshal, sys
print(base64.b64encode(marshal.dumps([
    (name, compile(text, f'<judge {name}>', 'exec', dont_inherit=True, optimize=2)) for name, text in json.load(sys.stdin)
])).decode())
`;
