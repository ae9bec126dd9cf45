import type Docker from 'dockerode';
import { namespace } from '../../labels.ts';

/** Containers that are created but never started, one per image, made on first use: they show what the image looks like. */
export class PristineContainers {
  readonly #docker: Docker;
  readonly #prefix: string;
  readonly #labels: Readonly<Record<string, string>>;
  readonly #onName: (name: string) => void;
  readonly #remove: (container: Docker.Container) => Promise<unknown>;
  readonly #made = new Map<string, Promise<Docker.Container>>();

  /**
   * @param instance of the server, for names
   * @param onName called with each container's name before it is made
   * @param remove removes one from the engine
   */
  constructor(
    docker: Docker,
    instance: string,
    labels: Readonly<Record<string, string>>,
    onName: (name: string) => void,
    remove: (container: Docker.Container) => Promise<unknown>,
  ) {
    this.#docker = docker;
    this.#prefix = `${namespace}-${instance}-pristine`;
    this.#labels = labels;
    this.#onName = onName;
    this.#remove = remove;
  }

  of(digest: string): Promise<Docker.Container> {
    const known = this.#made.get(digest);
    if (known !== undefined) return known;
    const name = `${this.#prefix}-${this.#made.size}`;
    this.#onName(name);
    const made = this.#docker.createContainer({
      name,
      Image: digest,
      Labels: this.#labels,
      NetworkDisabled: true,
    });
    this.#made.set(digest, made);
    made.catch(() => this.#made.delete(digest));
    return made;
  }

  async close(): Promise<void> {
    const made = await Promise.allSettled(this.#made.values());
    const containers = made.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    await Promise.all(containers.map((container) => this.#remove(container)));
  }
}
