import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { SessionReply } from '../../../environments/python/judge-reply.ts';
import { judgeModules } from '../../../environments/python/judge-source.ts';
import { workOf } from '../../../environments/python/solution.ts';
import { describeUnless, unlessRequired } from '../../requirements.ts';

const FOLDER = new URL('../../../environments/python/judge/', import.meta.url);
const page = readFileSync(new URL('README.md', FOLDER), 'utf8');
const sources = judgeModules().map(([, text]) => text);

/** A section, up to the next heading of any level but the first, which comments of Python look like. */
function section(title: string): string {
  const [, text = ''] = new RegExp(`^##+ ${title}$(.*)`, 'ms').exec(page) ?? [];
  return text.split(/^##+ /m)[0] ?? '';
}

/** Rows of all tables of a section, cells trimmed. */
function rows(title: string): string[][] {
  const lines = section(title).split('\n');
  const isRow = (line: string | undefined) => line?.startsWith('|') ?? false;
  return lines
    .filter((line, at) => isRow(line) && !/^\| ---/.test(line) && !/^\| ---/.test(lines[at + 1] ?? ''))
    .map((line) => line.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()));
}

const quoted = (cell = '') => [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name);

/** Fields of each message of a section's table, by its name. */
function documented(title: string): Record<string, string[]> {
  const messages = rows(title).filter(([name = '', from]) => /^`\w+`$/.test(name) && from !== undefined);
  return Object.fromEntries(messages.map(([name, , fields]) => [quoted(name)[0], quoted(fields).sort()]));
}

interface Example {
  readonly setup: string;
  readonly solution: string;
  readonly test: string;
  readonly entry: string;
  /** What the page says of it. */
  readonly said: string;
}

const examples = [...page.matchAll(/^```python\n(.*?)^```\n\n```text\n(.*?)^```$/gms)].map(
  ([, code = '', said = '']): Example => {
    const [first = '', ...marked] = code.split(/^# (setup|solution|test)\n/m);
    const parts: Record<string, string> = { solution: first };
    for (let at = 0; at < marked.length; at += 2) parts[marked[at] ?? ''] = marked[at + 1] ?? '';
    const { setup = '', solution = '', test = '' } = parts;
    const entry = [...solution.matchAll(/^(?:async )?(?:def|class) (\w+)/gm)].at(-1)?.[1] ?? '';
    return { setup, solution, test, entry, said: said.trim() };
  },
);

type Message = [link: 'spawner' | 'solution', sender: string, kind: string | null, fields: string[]];
interface Recorded {
  readonly examples: readonly string[];
  readonly messages: readonly Message[];
  readonly values: readonly string[];
}

/** Jobs that bring about the messages which the examples leave out. */
function jobs() {
  const work = (steps: string, tests: object[], entry: string | null) => {
    const job = { setup: '', steps: [{ code: steps }], strict: true, binding: null };
    const seconds = { load: 10, test: 5, all: 60 };
    return { job, plan: { tests, entry, grade: null, alone: false, seconds } };
  };
  return [
    work('def f(n):\n    return n\n', [{ name: 'plain', code: 'assert f(1) == 1' }], 'f'),
    work('1 / 0', [{ name: 'program', stdin: '', stdout: '' }], null),
    work(
      'def f(h):\n    h(2)\n',
      [{ name: 'raises', code: 'def one(n):\n    assert n == 1\n\nf(one)' }],
      'f',
    ),
  ];
}

function record(): Recorded {
  const { status, stdout, stderr } = spawnSync('python3', ['-B', 'judge_traffic.py'], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    input: JSON.stringify({ examples, jobs: jobs() }),
    encoding: 'utf8',
    timeout: 60_000,
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** The page's name of a message. */
function nameOf([link, sender, kind, fields]: Message): string {
  if (kind !== null) return kind;
  const has = (key: string) => fields.includes(key);
  if (link === 'spawner') return has('pid') ? 'started' : has('status') ? 'ended' : 'fault';
  if (sender === 'judge') return has('back') ? 'back' : 'program';
  return has('call') ? 'call' : has('id') ? 'answer' : 'failure';
}

/** Fields of all recorded messages of a link, by the page's names of these. */
function seen(messages: readonly Message[], link: Message[0]): Record<string, string[]> {
  const all: Record<string, Set<string>> = {};
  for (const message of messages.filter(([of]) => of === link)) {
    const name = nameOf(message);
    all[name] = new Set([...(all[name] ?? []), ...message[3]]);
  }
  return Object.fromEntries(Object.entries(all).map(([name, fields]) => [name, [...fields].sort()]));
}

const missing = (() => {
  const program = 'import sys; sys.exit(sys.version_info < (3, 11) or sys.platform != "linux")';
  return spawnSync('python3', ['-c', program]).status === 0 ? null : 'no Python 3.11 or newer on Linux';
})();

describeUnless(unlessRequired('python', missing), 'the README of the judge, as it runs here', () => {
  let recorded: Recorded;

  beforeAll(() => {
    recorded = record();
  });

  it.each(examples.map((example, at) => ({ at, ...example })))(
    'says what becomes of an example: $test',
    ({ at, said }) => {
      expect(recorded.examples[at]).toBe(said);
    },
  );

  it('has the messages of the solution protocol, with their fields', () => {
    const { ready, ...rest } = seen(recorded.messages, 'solution');
    expect(ready).toEqual([]);
    expect(rest).toEqual(documented('Solution protocol'));
  });

  it('has the messages of the spawner protocol, with their fields', () => {
    const { fault, next, ...rest } = documented('Spawner protocol');
    // Only a machine without room for one more process says the first; the second is no JSON.
    expect(fault).toEqual(['fault']);
    expect(next).toEqual(['next']);
    const { next: _, ...found } = seen(recorded.messages, 'spawner');
    expect(found).toEqual(rest);
  });

  it('has the kinds of value', () => {
    const kinds = rows('Values').flatMap(([cell]) => quoted(cell));
    expect(kinds.sort()).toEqual(recorded.values);
  });
});

describe('the README of the judge', () => {
  it('has the parts of the loader protocol', () => {
    const record = { id: 't', instruction: 'x', gold: 'x', tests: [] };
    const work = workOf(record as never, { steps: [], strict: true }, 'nonce');
    const [, length = '', rest = ''] = /^(\d+)\n(.*)$/s.exec(work) ?? [];
    const [, , plan = ''] = /^(\d+)\n(.*)$/s.exec(rest.slice(Number(length))) ?? [];
    const found = [rest.slice(0, Number(length)), plan].map((text) => Object.keys(JSON.parse(text)).sort());
    expect(found).toEqual(
      rows('Loader protocol')
        .slice(2, 4)
        .map(([, what]) => quoted(what).sort()),
    );
  });

  it('has the frames of the session', () => {
    const fields = rows('Loader protocol').flatMap(([, from, names]) =>
      from === 'session' ? [quoted(names)] : [],
    );
    expect(fields).toEqual(SessionReply.options.map((option) => Object.keys(option.shape)).reverse());
  });

  it('has the fields of an exception', () => {
    const text = readFileSync(new URL('errors.py', FOLDER), 'utf8');
    const [, first = ''] = /said = \{(.*?)\}\n/s.exec(text) ?? [];
    const keys = [...first.matchAll(/"(\w+)":/g), ...text.matchAll(/said\["(\w+)"\] = /g)];
    const [line = ''] = /^- `error`.*?(?=^- )/ms.exec(section('Solution protocol')) ?? [];
    // The last one is the solution process's own addition.
    expect(quoted(line).slice(1).sort()).toEqual([...keys.map(([, key]) => key), 'number'].sort());
  });

  it('has every note, and no other', () => {
    const told = sources.flatMap((text) => [
      ...text.matchAll(/notice\(\s*"(\w+)"(?: if \w+ else "(\w+)")?/g),
    ]);
    const notes = new Set(
      told.flatMap(([, one, other]) => [one, other]).filter((note) => note !== undefined),
    );
    const named = rows('What passes only with the gold').flatMap(([cell]) => quoted(cell));
    // This one stands for all items of a set of changed names.
    expect(named.sort()).toEqual([...notes, 'changed'].sort());
    expect(sources.some((text) => text.includes('f"changed {'))).toBe(true);
  });

  it('has every file', () => {
    const files = readdirSync(FOLDER).filter((name) => name.endsWith('.py') && name !== '__init__.py');
    const named = rows('Files').flatMap(([cell]) => quoted(cell));
    expect(named.map((name) => `${name}.py`).sort()).toEqual(files.sort());
  });
});
