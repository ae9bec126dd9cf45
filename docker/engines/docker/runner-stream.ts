import { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import type { ControlSocket } from '../control-socket.ts';
import type { Tail } from '../tail.ts';
import type { ContainerEnd } from './container-end.ts';
import { DockerStream } from './stream.ts';

/** The runner's standard input and output. @param words takes its standard error */
export async function attachedStream(container: Docker.Container, words: Tail): Promise<Duplex> {
  const socket = await container.attach({
    stream: true,
    stdin: true,
    stdout: true,
    stderr: true,
    hijack: true,
  });
  if (!(socket instanceof Duplex)) throw new Error('the engine gave no stream');
  return new DockerStream(socket, (chunk) => words.push(chunk));
}

/** Wait for the runner's connection. Rejects if the container ends or the signal aborts first. */
export function connectedStream(
  socket: ControlSocket | null,
  end: ContainerEnd,
  signal: AbortSignal,
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    socket?.connected.then(resolve, reject);
    end.exited.then(({ reason }) => reject(new Error(`the runner ended before it connected: ${reason}`)));
    signal.addEventListener('abort', () => reject(new Error('the runner did not connect in time')));
  });
}
