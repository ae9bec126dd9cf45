import type { RunRequest } from '../../../docker/sandbox.ts';
import { PythonJudge } from '../../../environments/python/judge.ts';
import { FakeSource, type Script } from '../fake-sandbox.ts';

export type Reply = NonNullable<Script['run']>;

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
