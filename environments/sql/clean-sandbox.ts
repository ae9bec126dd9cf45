import type {
  ExecRequest,
  FileEntry,
  ImageRef,
  InspectRequest,
  Isolation,
  LayerChange,
  ListedFile,
  Remains,
  RunRequest,
  RunResult,
  Sandbox,
} from '../../docker/sandbox.ts';
import type { DriverSession } from './driver-session.ts';

/** A sandbox that is given back as pristine where its driver finds that nothing was written. */
export class CleanSandbox implements Sandbox {
  readonly id: string;
  readonly image: ImageRef;
  readonly engine: Sandbox['engine'];
  readonly isolation: Isolation;
  readonly #sandbox: Sandbox;
  readonly #driver: DriverSession;
  #released: Promise<void> | null = null;

  constructor(sandbox: Sandbox, driver: DriverSession) {
    this.id = sandbox.id;
    this.image = sandbox.image;
    this.engine = sandbox.engine;
    this.isolation = sandbox.isolation;
    this.#sandbox = sandbox;
    this.#driver = driver;
  }

  run(request: RunRequest): Promise<RunResult> {
    return this.#sandbox.run(request);
  }

  exec(request: ExecRequest): Promise<RunResult> {
    return this.#sandbox.exec(request);
  }

  putFiles(entries: readonly FileEntry[]): Promise<void> {
    return this.#sandbox.putFiles(entries);
  }

  getFile(path: string, maxBytes?: number): Promise<Buffer> {
    return this.#sandbox.getFile(path, maxBytes);
  }

  listFiles(path: string): Promise<ListedFile[]> {
    return this.#sandbox.listFiles(path);
  }

  mark(): Promise<void> {
    return this.#sandbox.mark();
  }

  diff(): Promise<LayerChange[]> {
    return this.#sandbox.diff();
  }

  inspect(request: InspectRequest): Promise<RunResult> {
    return this.#sandbox.inspect(request);
  }

  quiesce(mode: 'stop' | 'resume' | 'kill'): Promise<void> {
    return this.#sandbox.quiesce(mode);
  }

  release(remains?: Remains): Promise<void> {
    this.#released ??= this.#release(remains);
    return this.#released;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  async #release(remains: Remains | undefined): Promise<void> {
    if (remains !== undefined) return this.#sandbox.release(remains);
    const pristine = await this.#driver.finish().catch(() => false);
    await this.#sandbox.release(pristine ? 'pristine' : 'used');
  }
}
