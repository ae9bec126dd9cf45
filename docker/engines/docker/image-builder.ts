import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { messageOf, SandboxError } from '../../errors.ts';
import type { ImageDefinition } from '../../image-definition.ts';
import { buildScripts } from '../../images/build-scripts.ts';
import type { BuiltImage, ImageBuilder, OnLine } from '../../images/builder.ts';
import { bootstrapDebian } from '../../images/debian.ts';
import { dockerfileFolder, isPackageImage, suite } from '../../images/definitions.ts';
import { DOCKERFILE } from '../../images/dockerfile-context.ts';
import { engineReference, makeRecipes, type Recipe } from '../../images/recipe.ts';
import { SharedWork } from '../../images/shared-work.ts';
import { together } from '../../images/together.ts';
import { labels, namespace, runnerPath } from '../../labels.ts';
import type { ImageRef } from '../../sandbox.ts';
import { buildContext, type ContextFile } from './build-context.ts';
import { followEngine } from './build-events.ts';
import { debianStages } from './debian-stages.ts';
import { dockerfileContext } from './dockerfile-build.ts';
import { dockerfileFault, lateFault, pullFault } from './image-fault.ts';

const debianImage = `debian:${suite}-slim`;
const environment = 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface DockerBuilderOptions {
  /** Maximum wait for a registry before Debian packages are used instead, in milliseconds. @default 15,000 */
  readonly pullTimeoutMs?: number;
  /** Environment variables with the proxies for downloads. @default the process's environment */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Builds images in a Docker engine, with the builder that every engine has. */
export class DockerImageBuilder implements ImageBuilder {
  readonly #docker: Docker;
  readonly #pullTimeoutMs: number;
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #roots = new SharedWork<string>();
  /** Debian from a registry, once a Dockerfile has asked for it. */
  #debian: Promise<string | null> | undefined;

  constructor(docker: Docker, options: DockerBuilderOptions = {}) {
    this.#docker = docker;
    this.#pullTimeoutMs = options.pullTimeoutMs ?? 15_000;
    this.#env = options.env ?? process.env;
  }

  async isCurrent(recipe: Recipe): Promise<boolean> {
    const [current, latest] = await Promise.all([
      this.#idOf(`${namespace}/${recipe.name}:${recipe.hash}`),
      this.#idOf(`${namespace}/${recipe.name}:latest`),
    ]);
    return current !== null && current === latest;
  }

  async build(recipe: Recipe, onLine: OnLine, signal?: AbortSignal): Promise<ImageRef> {
    const root = await this.#ensureRoot(recipe, onLine, signal);
    const tag = `${namespace}/${recipe.name}:${recipe.hash}`;
    if ((await this.#idOf(tag)) === null) {
      const files = recipe.runnerFiles.map(({ path, content }) => ({ name: `runner/${path}`, content }));
      const dockerfile = [
        `FROM ${root}`,
        `COPY runner ${runnerPath}/`,
        // A dropped layer takes its caches with it, so that every start would compile the runner again.
        `RUN ["python3","-I","-S","-m","compileall","-q","--invalidation-mode","unchecked-hash","${runnerPath}"]`,
        `ENV STEPWELL_SESSION=${recipe.session}`,
        `CMD ["python3","-I","-S","${runnerPath}"]`,
        `LABEL ${labels.runner}=${recipe.runnerHash}`,
      ];
      await this.#buildDockerfile(tag, recipe.name, recipe.hash, dockerfile, files, onLine, signal);
    }
    await this.#docker.getImage(tag).tag({ repo: `${namespace}/${recipe.name}`, tag: 'latest' });
    await this.#removeOld(recipe);
    const digest = await this.#idOf(tag);
    if (digest === null) throw new SandboxError('start_failed', `Image ${tag} vanished while it was built.`);
    return { name: recipe.name, digest };
  }

  async bring(recipe: Recipe, onLine: OnLine, signal?: AbortSignal): Promise<string> {
    const { definition } = recipe;
    if (isPackageImage(definition)) throw new Error(`${recipe.name} is no foreign image`);
    const reference = await this.#ensureForeign(recipe, definition, onLine, signal);
    await this.#ensurePulled(reference, onLine, signal);
    return reference;
  }

  async list(): Promise<BuiltImage[]> {
    const images = await this.#docker.listImages({ filters: { label: [labels.image] } });
    return images
      .filter((image) => image.RepoTags?.some((tag) => tag.endsWith(':latest')))
      .map((image) => ({
        name: image.Labels[labels.image] ?? '',
        digest: image.Id,
        recipe: image.Labels[labels.recipe] ?? '',
        createdAt: new Date(image.Created * 1000),
        bytes: image.Size,
      }))
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  /** The image without the runner, so that a change of the runner rebuilds one small layer. Made once for all that ask meanwhile. */
  #ensureRoot(recipe: Recipe, onLine: OnLine, signal: AbortSignal | undefined): Promise<string> {
    return this.#roots.run(recipe.rootHash, () => this.#makeRoot(recipe, onLine, signal));
  }

  async #makeRoot(recipe: Recipe, onLine: OnLine, signal: AbortSignal | undefined): Promise<string> {
    const tag = `${namespace}/${recipe.name}:root-${recipe.rootHash}`;
    if ((await this.#idOf(tag)) !== null) return tag;
    const recipeLabel = `root-${recipe.rootHash}`;
    const { definition, parent } = recipe;
    if (isPackageImage(definition)) {
      const from =
        parent === null
          ? await this.#pullDebian(onLine, signal)
          : await this.#ensureRoot(parent, onLine, signal);
      if (from === null) {
        await this.#importDebian(tag, recipe, onLine, signal);
        return tag;
      }
      if (definition.packages.length === 0) {
        await this.#buildDockerfile(tag, recipe.name, recipeLabel, [`FROM ${from}`], [], onLine, signal);
        return tag;
      }
      const install = `apt-get install -y --no-install-recommends ${definition.packages.join(' ')}`;
      const clean = 'apt-get clean && rm -rf /var/lib/apt/lists/*';
      const run = `RUN apt-get update && DEBIAN_FRONTEND=noninteractive ${install} && ${clean}`;
      const dockerfile = [`FROM ${from}`, environment, run];
      await this.#buildDockerfile(tag, recipe.name, recipeLabel, dockerfile, [], onLine, signal);
      return tag;
    }
    const foreign = parent === null ? await this.#ensureForeign(recipe, definition, onLine, signal) : null;
    const dockerfile =
      parent === null
        ? foreignRoot(foreign ?? 'scratch')
        : [`FROM ${await this.#ensureRoot(parent, onLine, signal)}`];
    const files: ContextFile[] = [];
    if (foreign !== null && definition.settingsFile !== undefined) {
      files.push({ name: 'settings', content: await this.#settingsOf(foreign, onLine, signal) });
      dockerfile.push(`COPY ${JSON.stringify(['settings', definition.settingsFile])}`);
    }
    if (definition.tree !== undefined) {
      dockerfile.push('ADD tree.tar /');
      files.push({ name: 'tree.tar', file: definition.tree });
    }
    for (const [path, content] of Object.entries(definition.files ?? {})) {
      const name = `files/${files.length}`;
      dockerfile.push(`COPY ${JSON.stringify([name, path])}`);
      files.push({ name, content });
    }
    for (const script of buildScripts(definition)) {
      dockerfile.push(`RUN ${JSON.stringify(['/bin/sh', '-c', script])}`);
    }
    await this.#buildDockerfile(tag, recipe.name, recipeLabel, dockerfile, files, onLine, signal);
    return tag;
  }

  /** The reference of the foreign image that a definition starts from, built first if it is a Dockerfile. */
  async #ensureForeign(
    recipe: Recipe,
    definition: ImageDefinition,
    onLine: OnLine,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const { bases = {}, buildTimeoutS } = definition;
    const folder = dockerfileFolder(definition);
    const tag = engineReference(recipe);
    if (folder === null) return tag;
    const name = `dockerfile-${recipe.rootHash}`;
    if ((await this.#idOf(tag)) !== null) return tag;
    const context = await dockerfileContext(folder, await this.#withDebian(folder, bases, onLine, signal));
    const late = buildTimeoutS === undefined ? undefined : AbortSignal.timeout(buildTimeoutS * 1000);
    const both = [signal, late].filter((one) => one !== undefined);
    try {
      await this.#buildContext(tag, recipe.name, name, context, onLine, AbortSignal.any(both));
    } catch (error) {
      signal?.throwIfAborted();
      throw late?.aborted ? lateFault(folder, buildTimeoutS, error) : dockerfileFault(folder, causeOf(error));
    }
    return tag;
  }

  /** The settings of an image, as its `settingsFile` has them. */
  async #settingsOf(reference: string, onLine: OnLine, signal: AbortSignal | undefined): Promise<string> {
    await this.#ensurePulled(reference, onLine, signal);
    const { Config: config } = await this.#docker.getImage(reference).inspect();
    const { Env: env, WorkingDir: workdir, User: user } = config;
    return `${JSON.stringify({ env: env ?? [], workdir, user })}\n`;
  }

  async #ensurePulled(reference: string, onLine: OnLine, signal: AbortSignal | undefined): Promise<void> {
    if ((await this.#idOf(reference)) === null) {
      onLine(`pulling ${reference}`);
      try {
        const stream = await this.#docker.pull(
          reference,
          signal === undefined ? {} : { abortSignal: signal },
        );
        await followEngine(stream, onLine, signal);
      } catch (error) {
        signal?.throwIfAborted();
        throw pullFault(reference, error);
      }
    }
  }

  /** The stand-ins of a Dockerfile, with one for Debian where it is neither here nor in a registry that answers. */
  async #withDebian(
    folder: string,
    bases: Readonly<Record<string, string>>,
    onLine: OnLine,
    signal: AbortSignal | undefined,
  ): Promise<Readonly<Record<string, string>>> {
    const dockerfile = await readFile(join(folder, DOCKERFILE), 'utf8').catch(() => '');
    const missing: string[] = [];
    for (const name of debianStages(dockerfile, bases)) {
      if ((await this.#idOf(name)) === null) missing.push(name);
    }
    if (missing.length === 0) return bases;
    this.#debian ??= this.#pullDebian(onLine, signal);
    const pulled = await this.#debian.catch((error: unknown) => {
      this.#debian = undefined;
      throw error;
    });
    // A registry that answers has the others, too.
    if (pulled !== null) return bases;
    const recipe = (await makeRecipes()).find(({ definition }) => definition.from === null);
    if (recipe === undefined) return bases;
    const debian = await this.#ensureRoot(recipe, onLine, signal);
    return { ...bases, ...Object.fromEntries(missing.map((name) => [name, debian])) };
  }

  /** Debian's official image if a registry answers, else `null`. */
  async #pullDebian(onLine: OnLine, signal: AbortSignal | undefined): Promise<string | null> {
    if ((await this.#idOf(debianImage)) !== null) return debianImage;
    onLine(`pulling ${debianImage}`);
    const abort = new AbortController();
    const giveUp = (): void => abort.abort(signal?.reason);
    signal?.addEventListener('abort', giveUp, { once: true });
    let timer = setTimeout(() => abort.abort(), this.#pullTimeoutMs);
    try {
      const stream = await this.#docker.pull(debianImage, { abortSignal: abort.signal });
      const follow = (line: string): void => {
        clearTimeout(timer);
        timer = setTimeout(() => abort.abort(), this.#pullTimeoutMs);
        onLine(line);
      };
      await followEngine(stream, follow, abort.signal);
      return debianImage;
    } catch {
      signal?.throwIfAborted();
      onLine('no registry answers; using Debian packages');
      return null;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    }
  }

  async #importDebian(
    tag: string,
    recipe: Recipe,
    onLine: OnLine,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { definition } = recipe;
    if (!isPackageImage(definition)) return;
    const changes = [
      environment,
      'CMD ["bash"]',
      `LABEL ${labels.image}=${recipe.name} ${labels.recipe}=root-${recipe.rootHash}`,
    ];
    let id = '';
    const follow = (line: string): void => {
      if (line.startsWith('sha256:')) id = line;
      else onLine(line);
    };
    await together((ended) => {
      const { tar, finished } = bootstrapDebian(definition.packages, onLine, ended);
      const options = { changes: changes.join('\n'), abortSignal: ended };
      const untagged = this.#docker.importImage(tar, options);
      return [finished, untagged.then((stream) => followEngine(stream, follow, ended))];
    }, signal);
    // Tagged only now, so that a failed bootstrap never becomes the image.
    await this.#docker
      .getImage(id)
      .tag({ repo: tag.slice(0, tag.indexOf(':')), tag: tag.slice(tag.indexOf(':') + 1) });
  }

  async #buildDockerfile(
    tag: string,
    name: string,
    recipe: string,
    dockerfile: readonly string[],
    files: readonly ContextFile[],
    onLine: OnLine,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const context = buildContext([{ name: 'Dockerfile', content: `${dockerfile.join('\n')}\n` }, ...files]);
    await this.#buildContext(tag, name, recipe, context, onLine, signal);
  }

  async #buildContext(
    tag: string,
    name: string,
    recipe: string,
    context: Readable,
    onLine: OnLine,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    signal?.throwIfAborted();
    try {
      const stream = await this.#docker.buildImage(context, {
        t: tag,
        labels: { [labels.image]: name, [labels.recipe]: recipe },
        buildargs: proxySettings(this.#env),
        networkmode: 'host',
        rm: true,
        forcerm: true,
        abortSignal: signal,
      });
      await followEngine(stream, onLine, signal);
    } catch (error) {
      signal?.throwIfAborted();
      const reason = messageOf(error);
      throw new SandboxError('start_failed', `Image ${tag} could not be built: ${reason}`, { cause: error });
    }
  }

  async #removeOld({ name, hash, rootHash }: Recipe): Promise<void> {
    const images = await this.#docker.listImages({ filters: { label: [`${labels.image}=${name}`] } });
    const kept = new Set([hash, `root-${rootHash}`, `dockerfile-${rootHash}`, 'latest']);
    const tags = images.flatMap((image) => image.RepoTags ?? []);
    for (const tag of tags.filter((one) => one.startsWith(`${namespace}/${name}:`))) {
      // An image that a container still uses stays until the next build.
      if (!kept.has(tag.slice(tag.indexOf(':') + 1)))
        await this.#docker
          .getImage(tag)
          .remove()
          .catch(() => {});
    }
  }

  async #idOf(reference: string): Promise<string | null> {
    try {
      return (await this.#docker.getImage(reference).inspect()).Id;
    } catch (error) {
      if (error instanceof Error && 'statusCode' in error && error.statusCode === 404) return null;
      throw error;
    }
  }
}

/** Dockerfile lines for a foreign image. The build fails with a message if a program that the runner needs is missing. */
function foreignRoot(reference: string): string[] {
  const needed =
    'for p in python3 bash; do command -v $p > /dev/null || { echo "it has no $p"; exit 1; }; done';
  return [`FROM ${reference}`, 'USER root', `RUN ${JSON.stringify(['/bin/sh', '-c', needed])}`, environment];
}

/** What an error was made from. */
function causeOf(error: unknown): unknown {
  return error instanceof SandboxError ? (error.cause ?? error) : error;
}

function proxySettings(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const names = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];
  return Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}
