import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SandboxError } from '../../errors.ts';
import { buildScripts } from '../../images/build-scripts.ts';
import type { BuiltImage, ImageBuilder, OnLine } from '../../images/builder.ts';
import { bootstrapDebian } from '../../images/debian.ts';
import { isForeign, isPackageImage } from '../../images/definitions.ts';
import { runProgram, startProgram } from '../../images/program.ts';
import { allPackages, type Recipe } from '../../images/recipe.ts';
import { runnerFolder } from '../../images/runner-files.ts';
import { SharedWork } from '../../images/shared-work.ts';
import { together } from '../../images/together.ts';
import type { ImageRef } from '../../sandbox.ts';
import { LocalProcess } from './process.ts';
import { type LocalImageRecord, readRecord, recordFile } from './root.ts';
import { hostProgramFolders, makeSkeleton } from './skeleton.ts';

export interface LocalBuilderOptions {
  /** `images/` of the state folder. */
  readonly imagesFolder: string;
  /** @default whether this process is root */
  readonly isRoot?: boolean;
}

/**
 * Makes root file systems for the local engine: `<images>/<name>/root` and beside it `image.json`. Images of packages
 * need none, since the host's programs stand in for them, but root may build a true Debian.
 */
export class LocalImageBuilder implements ImageBuilder {
  readonly #imagesFolder: string;
  readonly #isRoot: boolean;
  readonly #builds = new SharedWork<ImageRef>();

  constructor({ imagesFolder, isRoot }: LocalBuilderOptions) {
    this.#imagesFolder = imagesFolder;
    this.#isRoot = isRoot ?? process.getuid?.() === 0;
  }

  async isCurrent(recipe: Recipe): Promise<boolean> {
    const record = await readRecord(join(this.#imagesFolder, recipe.name));
    if (record !== null) return record.recipe === (await this.#recipeHash(recipe));
    return isPackageImage(recipe.definition);
  }

  build(recipe: Recipe, onLine: OnLine, signal?: AbortSignal): Promise<ImageRef> {
    // A parent may be wanted by several children at the same time.
    return this.#builds.run(recipe.name, () => this.#make(recipe, onLine, signal));
  }

  async #make(recipe: Recipe, onLine: OnLine, signal: AbortSignal | undefined): Promise<ImageRef> {
    const { definition, parent } = recipe;
    if (!isPackageImage(definition) && parent !== null && !(await this.isCurrent(parent))) {
      await this.build(parent, onLine, signal);
    }
    const folder = join(this.#imagesFolder, `.${recipe.name}-${randomBytes(4).toString('hex')}`);
    const root = join(folder, 'root');
    await mkdir(root, { recursive: true });
    try {
      const usesHost = isPackageImage(definition)
        ? await this.#buildDebian(recipe, root, onLine, signal)
        : await this.#buildDerived(recipe, root, onLine, signal);
      signal?.throwIfAborted();
      const hash = await this.#recipeHash(recipe);
      const record: LocalImageRecord = {
        name: recipe.name,
        digest: await digestOf(hash, root, usesHost),
        recipe: hash,
        usesHost,
        session: recipe.session,
        createdAt: new Date().toISOString(),
        bytes: await sizeOf(root),
      };
      await writeFile(join(folder, recordFile), `${JSON.stringify(record, null, 2)}\n`);
      await this.#replace(recipe.name, folder);
      return { name: recipe.name, digest: record.digest };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async list(): Promise<BuiltImage[]> {
    const names = await readdir(this.#imagesFolder).catch(() => []);
    const records = await Promise.all(
      names.filter((name) => !name.startsWith('.')).map((name) => readRecord(join(this.#imagesFolder, name))),
    );
    return records
      .filter((record) => record !== null)
      .map(({ name, digest, recipe, createdAt, bytes }) => ({
        name,
        digest,
        recipe,
        createdAt: new Date(createdAt),
        bytes,
      }))
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  /** A child also changes when its parent changes from the host's programs to a built Debian. */
  async #recipeHash(recipe: Recipe): Promise<string> {
    if (isPackageImage(recipe.definition) || recipe.parent === null) return recipe.rootHash;
    const below = await readRecord(join(this.#imagesFolder, recipe.parent.name));
    return `${recipe.rootHash}-${below === null ? 'host' : below.recipe}`;
  }

  async #buildDebian(
    recipe: Recipe,
    root: string,
    onLine: OnLine,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    if (!this.#isRoot) {
      const message = `Only root can build "${recipe.name}"; without a build the host's programs are used.`;
      throw new SandboxError('start_failed', message);
    }
    await together((ended) => {
      const { tar, finished } = bootstrapDebian(allPackages(recipe) ?? [], onLine, ended);
      const args = ['-x', '-p', '--numeric-owner', '--exclude=./dev/*', '-C', root];
      const unpack = startProgram('tar', args, ended);
      return [finished, unpack.finished, pipeline(tar, unpack.stdin)];
    }, signal);
    await mkdir(join(root, 'opt'), { recursive: true });
    return false;
  }

  async #buildDerived(
    recipe: Recipe,
    root: string,
    onLine: OnLine,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const { definition, parent } = recipe;
    if (isPackageImage(definition)) return false;
    if (isForeign(definition)) {
      const message = `Image "${recipe.name}" is built from a Docker image, which needs a Docker engine (--runtime docker).`;
      throw new SandboxError('start_failed', message);
    }
    const below = parent === null ? null : join(this.#imagesFolder, parent.name);
    const record = below === null ? null : await readRecord(below);
    const usesHost = record === null || record.usesHost;
    if (below === null || record === null) await makeSkeleton(root);
    else await runProgram('cp', ['-a', '--reflink=auto', `${join(below, 'root')}/.`, root], signal);
    if (definition.tree !== undefined) {
      onLine('unpacking its files');
      await runProgram('tar', ['-x', '-p', '-f', definition.tree, '-C', root], signal);
    }
    for (const [path, content] of Object.entries(definition.files ?? {})) {
      const target = join(root, path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, content);
    }
    for (const script of buildScripts(definition)) {
      onLine('running its script');
      await this.#runInside(root, usesHost, script, signal);
    }
    return usesHost;
  }

  async #runInside(
    root: string,
    usesHost: boolean,
    script: string,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const staging = join(dirname(root), 'staging');
    await mkdir(staging, { recursive: true });
    const hostFolders = usesHost ? await hostProgramFolders() : [];
    signal?.throwIfAborted();
    const container = new LocalProcess(runnerFolder, {
      name: 'an image’s script',
      staging,
      root,
      writable: true,
      hostFolders,
      isRoot: this.#isRoot,
      argv: ['/bin/sh', '-c', script],
    });
    const end = (): void => void container.kill();
    signal?.addEventListener('abort', end, { once: true });
    const { reason, succeeded } = await container.exited;
    signal?.removeEventListener('abort', end);
    signal?.throwIfAborted();
    if (!succeeded) throw new SandboxError('start_failed', `The script of an image failed: ${reason}`);
  }

  /** Replace the old folder by the new one. The old one stays for its containers until the next build. */
  async #replace(name: string, folder: string): Promise<void> {
    const target = join(this.#imagesFolder, name);
    const former = `.${name}-former`;
    await rm(join(this.#imagesFolder, former), { recursive: true, force: true });
    await rename(target, join(this.#imagesFolder, former)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    await rename(folder, target);
  }
}

/** Identity of what was built. If the image uses the host's programs, their identity is added when the image is found. */
async function digestOf(recipe: string, root: string, usesHost: boolean): Promise<string> {
  const hash = createHash('sha256').update(recipe);
  if (!usesHost) hash.update(await readFile(join(root, 'var/lib/dpkg/status')));
  return `sha256:${hash.digest('hex')}`;
}

async function sizeOf(root: string): Promise<number> {
  const [bytes = '0'] = (await runProgram('du', ['-s', '-B1', root])).split('\t');
  return Number(bytes);
}
