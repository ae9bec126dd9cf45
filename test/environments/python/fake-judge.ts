import type { RunRequest } from '../../../docker/sandbox.ts';
import { PythonJudge } from '../../../environments/python/judge.ts';
import type { PythonTaskRecord } from '../../../environments/python/task.ts';
import { FakeSource, type Script } from '../fake-sandbox.ts';

export type Reply = NonNullable<Script['run']>;

/** A frame as the judge writes it; `nonce` marks those of one run. */
function framed(nonce: string, told: unknown): string {
  const text = JSON.stringify(told);
  return `\n${nonce} ${Buffer.byteLength(text)}\n${text}`;
}

/** What a judge and its session say to a run: `judged` as JSON, and the session's word unless the judge never came to it. */
export function says(judged?: object | null, session: object | null = {}): Reply {
  const told = [
    judged ?? [],
    session === null ? [] : { end: 'answered', remains: 'used', image: 'unknown', ...session },
  ].flat();
  return ({ stdin = '' }) => ({ output: told.map((part) => framed(stdin.slice(-32), part)).join('') });
}

export const IMAGE = { name: 'python', digest: 'sha256:1' };

/** A judge in sandboxes that answer its runs, the one that compiles apart, in this order; the last one again and again. */
export function fakeJudge(...replies: Reply[]) {
  const runs: RunRequest[] = [];
  const source = new FakeSource(
    {},
    {
      run: (request) => {
        if (request.code.includes('marshal.dumps')) return { output: 'Q09ERQ==\n' };
        runs.push(request);
        return replies[Math.min(runs.length, replies.length) - 1]?.(request) ?? {};
      },
    },
  );
  const headers = () => runs.map(({ stdin }) => stdin?.split('\n')[0]);
  return { judge: new PythonJudge(source), headers, runs, source };
}

/** A reply of which the run tells more. */
export function but(reply: Reply, more: ReturnType<Reply>): Reply {
  return (request) => ({ ...reply(request), ...more });
}

/** A reply of which the output is changed. */
export function changed(reply: Reply, change: (output: string) => string): Reply {
  return (request) => ({ output: change(String(reply(request)?.output)) });
}

const SOLUTION = { steps: [{ code: 'def f(): pass' }], strict: true };
/** A task of two tests, `a` and `b`. */
export const RECORD: PythonTaskRecord = {
  id: 't',
  instruction: 'x',
  entry: 'f',
  gold: 'gold',
  tests: [
    { name: 'a', args: [], value: 1 },
    { name: 'b', args: [], value: 2 },
  ],
};

/** A judge that gets these replies, in this order, and is asked of a solution of that task. */
export function judgeWith(...replies: Reply[]) {
  const fake = fakeJudge(...replies);
  return { ...fake, asked: (record = RECORD) => fake.judge.grade(IMAGE, record, SOLUTION) };
}
