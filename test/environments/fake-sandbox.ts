import { SandboxError, type SandboxErrorCode } from '../../docker/errors.ts';
import type {
  AcquireOptions,
  Bound,
  ChecksumPath,
  ExecRequest,
  FileEntry,
  InspectRequest,
  Isolation,
  LayerChange,
  LayerDiff,
  RunRequest,
  RunResult,
  Sandbox,
  SandboxSnapshot,
  SandboxSource,
} from '../../docker/sandbox.ts';

/** What a fake sandbox answers; everything else is empty and succeeds. */
export interface Script {
  exec?(request: ExecRequest): Partial<Omit<RunResult, 'output'>> & { output?: string | Buffer };
  run?(request: RunRequest): Partial<Omit<RunResult, 'output'>> & { output?: string | Buffer };
  inspect?(request: InspectRequest): string;
  /** What is beside the output of an inspection. @default a success */
  inspected?(request: InspectRequest): Partial<Omit<RunResult, 'output'>>;
  /** The code of the error that a call meets. @default none */
  refuse?(operation: 'run' | 'exec' | 'inspect' | 'diff'): SandboxErrorCode | null;
  diff?(): LayerChange[];
  /** The bound that a diff exceeds. @default none */
  exceeded?: Bound;
  checksum?(path: ChecksumPath): string | null;
}

/** A new file of one byte, but for what is said. */
export function layerChange(path: string, more: Partial<LayerChange> = {}): LayerChange {
  return {
    path,
    kind: 'added',
    type: 'file',
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: 1,
    sha256: 'aa',
    device: null,
    attributes: null,
    link: null,
    ...more,
  };
}

/** An outcome that succeeded, but for what is said. */
export function result({ output = '', ...more }: ReturnType<NonNullable<Script['run']>> = {}): RunResult {
  return {
    output: Buffer.from(output),
    exitCode: 0,
    timedOut: false,
    timeout: null,
    truncatedBytes: 0,
    truncatedAt: -1,
    sha256: null,
    cwd: '/',
    sessionRestarted: false,
    durationMs: 1,
    ...more,
  };
}

/** Notes what it is asked for. */
export class FakeSandbox implements Sandbox {
  readonly id = 'fake';
  readonly image = { name: 'img', digest: 'sha256:1' };
  readonly engine = 'docker';
  readonly programs = 'image';
  readonly isolation: Isolation;
  readonly calls: string[] = [];
  readonly files: FileEntry[] = [];
  readonly runs: RunRequest[] = [];
  readonly execs: ExecRequest[] = [];
  readonly #script: Script;

  constructor(script: Script, isolation: Isolation = 'layer') {
    this.#script = script;
    this.isolation = isolation;
  }

  #meet(operation: Parameters<NonNullable<Script['refuse']>>[0]): void {
    const code = this.#script.refuse?.(operation) ?? null;
    if (code !== null) throw new SandboxError(code, `It is ${code}.`);
  }

  async run(request: RunRequest): Promise<RunResult> {
    this.calls.push('run');
    this.runs.push(request);
    this.#meet('run');
    return result(this.#script.run?.(request) ?? {});
  }

  async exec(request: ExecRequest): Promise<RunResult> {
    this.calls.push('exec');
    this.execs.push(request);
    this.#meet('exec');
    return result(this.#script.exec?.(request) ?? {});
  }

  async putFiles(entries: readonly FileEntry[]): Promise<void> {
    this.calls.push('put');
    this.files.push(...entries);
  }

  async become(): Promise<string> {
    this.calls.push('become');
    return '/root';
  }

  async limit(): Promise<void> {
    this.calls.push('limit');
  }

  async place(): Promise<void> {
    this.calls.push('place');
  }

  async getFile(): Promise<Buffer> {
    return Buffer.alloc(0);
  }

  async listFiles() {
    return [];
  }

  async mark(): Promise<void> {
    this.calls.push('mark');
  }

  async diff(): Promise<LayerDiff> {
    this.calls.push('diff');
    this.#meet('diff');
    return { changes: this.#script.diff?.() ?? [], exceeded: this.#script.exceeded ?? null };
  }

  async checksums(paths: readonly ChecksumPath[]): Promise<readonly (string | null)[]> {
    if (paths.length > 0) this.calls.push(`checksums ${paths.map(({ path }) => path).join()}`);
    return paths.map((path) => this.#script.checksum?.(path) ?? 'sum');
  }

  async inspect(request: InspectRequest): Promise<RunResult> {
    this.calls.push(`inspect ${request.argv.at(-1)}`);
    this.#meet('inspect');
    return result({ output: this.#script.inspect?.(request) ?? '', ...this.#script.inspected?.(request) });
  }

  async snapshot(): Promise<SandboxSnapshot> {
    this.calls.push('snapshot');
    return { image: this.image, state: Buffer.from('state'), reasons: [], processes: 0 };
  }

  async restore(): Promise<void> {
    this.calls.push('restore');
  }

  async quiesce(mode: 'stop' | 'resume' | 'kill'): Promise<void> {
    this.calls.push(mode);
  }

  async release(): Promise<void> {
    this.calls.push('release');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }
}

/** Hands out fake sandboxes and notes them. */
export class FakeSandboxes<S extends FakeSandbox> implements SandboxSource {
  readonly handedOut: { readonly options: AcquireOptions; readonly sandbox: S }[] = [];
  readonly #make: (purpose: AcquireOptions['purpose']) => S;

  constructor(make: (purpose: AcquireOptions['purpose']) => S) {
    this.#make = make;
  }

  async acquire(options: AcquireOptions): Promise<S> {
    const sandbox = this.#make(options.purpose);
    this.handedOut.push({ options, sandbox });
    return sandbox;
  }

  of(purpose: AcquireOptions['purpose']): S[] {
    return this.handedOut.filter(({ options }) => options.purpose === purpose).map(({ sandbox }) => sandbox);
  }
}

/** One script for episodes and one for grading. */
export class FakeSource extends FakeSandboxes<FakeSandbox> {
  isolation: Isolation = 'layer';

  constructor(episode: Script = {}, grading: Script = {}) {
    const scripts = { episode, grading };
    super((purpose) => new FakeSandbox(scripts[purpose], this.isolation));
  }
}
