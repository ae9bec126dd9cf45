import type { EngineName } from '../../docker/engines/table.ts';
import type { RunRequest, RunResult, Sandbox } from '../../docker/sandbox.ts';

/** What the parts of the contract work with. */
export interface SandboxBench {
  /** A pristine sandbox, given back after the test. */
  acquire(): Promise<Sandbox>;
  run(sandbox: Sandbox, code: string, request?: Partial<RunRequest>): Promise<RunResult>;
  output(sandbox: Sandbox, code: string): Promise<string>;
  /** Whether the engine isolates by layers. */
  readonly layers: boolean;
  readonly kind: EngineName;
}
