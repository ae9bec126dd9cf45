import type { AcquireOptions, Remains, RunRequest } from '../../../docker/sandbox.ts';
import { FakeSandbox, FakeSandboxes, type Script } from '../fake-sandbox.ts';

/** A call of a driver as a sandbox sees it. */
export type Call = Readonly<Record<string, unknown>> & { readonly call: string };

type Answer = ReturnType<NonNullable<Script['run']>>;

/** What a driver answers; calls that it has nothing to say to succeed. */
export type Answers = Readonly<Record<string, (call: Call) => Answer | object>>;

/** An execution's document with one result. */
export function rowsDocument(columns: readonly string[], rows: readonly unknown[][], count = rows.length) {
  return {
    results: [{ columns, rows, count, affected: 0 }],
    left_out: 0,
    error: null,
    timed_out: false,
    restarted: false,
  };
}

const DEFAULTS: Answers = {
  begin: () => ({}),
  finish: () => ({ pristine: true }),
  schema: () => ({ tables: [{ name: 'author', columns: [['name', 'TEXT']] }] }),
  execute: () => rowsDocument(['a'], [[1]]),
};

/** A sandbox whose session is a driver that answers from a list. */
export class FakeDriverSandbox extends FakeSandbox {
  readonly driverCalls: Call[] = [];
  readonly remains: (Remains | undefined)[] = [];

  constructor(answers: Answers = {}) {
    super({ run: (request) => this.#answer(request, { ...DEFAULTS, ...answers }) });
  }

  override async release(remains?: Remains): Promise<void> {
    this.remains.push(remains);
  }

  #answer(request: RunRequest, answers: Answers): Answer {
    const text = /^stepwell_sql\((.*)\)$/s.exec(request.code)?.[1];
    if (text === undefined) {
      this.driverCalls.push({ call: 'prepare' });
      return {};
    }
    const call = JSON.parse(JSON.parse(text) as string) as Call;
    this.driverCalls.push(call);
    const answer = answers[call.call]?.(call) ?? {};
    return 'output' in answer || 'sessionRestarted' in answer || 'exitCode' in answer
      ? (answer as Answer)
      : { output: JSON.stringify(answer) };
  }
}

/** Sandboxes with drivers, for episodes and for grading. */
export class FakeDriverSource extends FakeSandboxes<FakeDriverSandbox> {
  constructor(answers: Readonly<Partial<Record<AcquireOptions['purpose'], Answers>>> = {}) {
    super((purpose) => new FakeDriverSandbox(answers[purpose]));
  }
}
