import type { Duplex } from 'node:stream';
import type { Container } from '../../engine.ts';
import { runnerPath } from '../../labels.ts';
import type { Condition } from '../../process-condition.ts';
import type { ImageRef } from '../../sandbox.ts';
import type { ProcessLimits } from './limits.ts';
import type { LocalProcess } from './process.ts';

export interface LocalContainerOptions {
  readonly id: string;
  readonly image: ImageRef;
  readonly stream: Duplex;
  readonly process: LocalProcess;
  readonly limits: ProcessLimits;
  /** Called once when the container is removed. */
  readonly onRemoved: () => Promise<void>;
}

export class LocalContainer implements Container {
  readonly id: string;
  readonly image: ImageRef;
  readonly isolation = 'layer';
  readonly stream: Duplex;
  readonly exited: Promise<{ readonly reason: string }>;
  readonly #options: LocalContainerOptions;
  #removal: Promise<void> | null = null;

  constructor(options: LocalContainerOptions) {
    this.id = options.id;
    this.image = options.image;
    this.stream = options.stream;
    this.exited = options.process.exited;
    this.#options = options;
  }

  condition(): Promise<Condition> {
    return this.#options.process.condition(runnerPath);
  }

  remove(): Promise<void> {
    this.#removal ??= (async () => {
      const { process, limits, onRemoved } = this.#options;
      this.stream.destroy();
      await process.kill();
      await limits.remove();
      await onRemoved();
    })();
    return this.#removal;
  }
}
