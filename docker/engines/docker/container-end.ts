import type Docker from 'dockerode';
import type { Tail } from '../tail.ts';
import { engineMessageOf, isEngineStatus } from './errors.ts';
import { blockHeaderBytes } from './stream.ts';

/** The end of a container. */
export interface ContainerEnd {
  readonly exited: Promise<{ readonly reason: string }>;
  /** From now on the end is expected, and its cause is not looked up. */
  expect(): void;
}

/**
 * Watch a started container to its end.
 * @param words the last output of its runner, or `null` if that is in the engine's log
 */
export function watchEnd(container: Docker.Container, words: Tail | null): ContainerEnd {
  let isExpected = false;
  const watch = async (): Promise<{ readonly reason: string }> => {
    let status: string;
    try {
      const end: { StatusCode: number } = await container.wait();
      status = `exit status ${end.StatusCode}`;
    } catch (error) {
      return {
        reason: isEngineStatus(error, 404) ? 'removed' : `lost by the engine: ${engineMessageOf(error)}`,
      };
    }
    if (isExpected) return { reason: 'removed' };
    const [outOfMemory, said] = await Promise.all([ranOutOfMemory(container), words ?? logOf(container)]);
    return { reason: [status, outOfMemory ? 'out of memory' : '', String(said)].filter(Boolean).join(': ') };
  };
  return {
    exited: watch(),
    expect: () => {
      isExpected = true;
    },
  };
}

async function ranOutOfMemory(container: Docker.Container): Promise<boolean> {
  return container.inspect().then(
    (info) => info.State.OOMKilled,
    () => false,
  );
}

async function logOf(container: Docker.Container): Promise<string> {
  const log = await container.logs({ stdout: true, stderr: true, tail: 10 }).catch(() => Buffer.alloc(0));
  return withoutBlockHeaders(log).trim();
}

function withoutBlockHeaders(log: Buffer): string {
  const blocks: Buffer[] = [];
  for (let offset = 0; offset + blockHeaderBytes <= log.length; ) {
    const end = offset + blockHeaderBytes + log.readUInt32BE(offset + 4);
    blocks.push(log.subarray(offset + blockHeaderBytes, end));
    offset = end;
  }
  return Buffer.concat(blocks).toString('utf8');
}
