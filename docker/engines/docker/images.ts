import type Docker from 'dockerode';
import { SandboxError } from '../../errors.ts';
import { hashRunnerFiles, readRunnerFiles } from '../../images/runner-files.ts';
import { labels, namespace } from '../../labels.ts';
import type { ImageRef } from '../../sandbox.ts';
import { isEngineStatus, translateEngineError } from './errors.ts';

/** The images of a Docker engine. */
export class DockerImages {
  readonly #docker: Docker;
  /** The digest of each name when it was first used, so that another server's builds do not change this server's images. */
  readonly #digests = new Map<string, string>();
  #runnerHash: Promise<string> | undefined;

  constructor(docker: Docker) {
    this.#docker = docker;
  }

  /** @throws {SandboxError} `image_missing` */
  async find(name: string): Promise<ImageRef> {
    const kept = this.#digests.get(name);
    try {
      const { Id } = await this.#docker.getImage(kept ?? referenceOf(name)).inspect();
      this.#digests.set(name, Id);
      return { name, digest: Id };
    } catch (error) {
      this.#digests.delete(name);
      if (!isEngineStatus(error, 404)) throw translateEngineError(error, `Looking for image "${name}"`);
      const advice = `run "stepwell images build ${name}"`;
      throw new SandboxError('image_missing', `This Docker engine has no image "${name}"; ${advice}.`);
    }
  }

  /** Any image with this version's runner; `null` if none is built yet. */
  async any(): Promise<string | null> {
    const [own] = this.#digests.values();
    if (own !== undefined) return own;
    try {
      // An image of another version has a different runner.
      const runner = await this.runner();
      const images = await this.#docker.listImages({ filters: { label: [`${labels.runner}=${runner}`] } });
      const latest = images.flatMap((image) => image.RepoTags ?? []).find((tag) => tag.endsWith(':latest'));
      return latest ?? null;
    } catch (error) {
      throw translateEngineError(error, 'Asking the Docker engine for its images');
    }
  }

  /** Hash of this version's runner. */
  runner(): Promise<string> {
    this.#runnerHash ??= readRunnerFiles().then(hashRunnerFiles);
    return this.#runnerHash;
  }
}

/** A plain name is a Stepwell image; a name with a slash or a tag is a reference of the engine. */
function referenceOf(name: string): string {
  return /[/:]/.test(name) ? name : `${namespace}/${name}:latest`;
}
