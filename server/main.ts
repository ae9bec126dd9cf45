import { join } from 'node:path';
import pino, { type Logger } from 'pino';
import { type OpenEngine, openEngine } from '../docker/engines/choice.ts';
import { Reaper } from '../docker/engines/reaper.ts';
import { defaultRunParent } from '../docker/engines/run-folder.ts';
import type { HostFree } from '../docker/host.ts';
import type { ImageDefinition } from '../docker/image-definition.ts';
import { ensureImages } from '../docker/images/builder.ts';
import { builtInImages, replacement, SHOWING_IMAGE, withBases } from '../docker/images/definitions.ts';
import { KnownImages } from '../docker/images/known-images.ts';
import { ImagesInUse } from '../docker/images/store/images-in-use.ts';
import { ImageStore, storeFolder } from '../docker/images/store/store.ts';
import { nameInStore, StoringBuilder } from '../docker/images/storing-builder.ts';
import { decodeOwner, encodeOwner, fateOf, ownerOf } from '../docker/owner.ts';
import { BuildingSource } from '../docker/pool/building-source.ts';
import { autoMax } from '../docker/pool/growth.ts';
import { SandboxPool } from '../docker/pool/pool.ts';
import type { PoolEvent } from '../docker/pool/settings.ts';
import { StoredSource } from '../docker/pool/stored-source.ts';
import type { SandboxSource } from '../docker/sandbox.ts';
import { loadDatasets } from '../environments/dataset-store.ts';
import type { SandboxRoom } from '../environments/environment.ts';
import { loadDefinitions } from '../environments/load-definition.ts';
import { createEnvironments } from '../environments/registry.ts';
import { Reloader } from '../environments/reload.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { type App, buildApp } from './app.ts';
import { type Config, ConfigError, warmCount } from './config/config.ts';
import { configuredPath, stateFolder } from './config/state-folder.ts';
import { freePort } from './connection/http-server.ts';
import { keepServing } from './last-resort.ts';
import type { PageFiles } from './page/routes.ts';
import type { ServerMark } from './resume/left-episodes.ts';
import { poolLine, readyLine, type SummaryFacts } from './summary.ts';
import { poolStates, sandboxCounts, WarmUp, warmImages } from './warm-up.ts';
import type { WorkerPlace } from './workers/place.ts';

/** Maximum wait for leases to end after their episodes are closed, in milliseconds. */
const POOL_DRAIN_MS = 1_000;

export interface StartOptions {
  /** Environment variables. @default those of the process */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /**
   * Called with each line of a build: at the start, and later at the first use of an image.
   * @default the log, level info
   */
  readonly onBuild?: (image: string, line: string) => void;
  /** The files of the page at `/`; called with the first request. @default there is no page */
  readonly page?: () => Promise<PageFiles>;
  /** Called when a build has ended. */
  readonly onBuilt?: (image: string, ok: boolean) => void;
  /** Aborts the start, and undoes it. */
  readonly signal?: AbortSignal;
  /** Which worker of its server this process is. @default the only one */
  readonly place?: WorkerPlace;
  /** Log uncaught errors and go on. For a process that runs only the server. @default false */
  readonly keepServing?: boolean;
}

export interface RunningServer {
  /** E.g. `http://127.0.0.1:8765`. */
  readonly url: string;
  /** The line that `serve` prints when it is ready. */
  readonly summary: string;
  /** The line that `serve` prints to standard error: what its numbers of sandboxes mean. */
  readonly explanation: string;
  /** Number of sandboxes. */
  readonly sandboxes: number;
  /** What `summary` and `explanation` are made of. */
  readonly facts: SummaryFacts;
  /** Leave to another worker. @returns whether no episode is left; those that are, another process can take over */
  retire(): Promise<boolean>;
  /** Finish running steps, close episodes, remove sandboxes; a second call waits for the first. */
  close(): Promise<void>;
}

/** The steps that undo a start, run in reverse order. */
class Undo {
  readonly #steps: (() => Promise<unknown>)[] = [];
  #done: Promise<void> | undefined;

  push(step: () => Promise<unknown>): void {
    this.#steps.push(step);
  }

  run(): Promise<void> {
    this.#done ??= this.#run();
    return this.#done;
  }

  async #run(): Promise<void> {
    const errors: unknown[] = [];
    for (const step of this.#steps.reverse()) await step().catch((error) => errors.push(error));
    if (errors.length > 0) throw errors[0];
  }
}

/** This process, and whether another one of this host has ended. */
async function processMark(since: number): Promise<ServerMark> {
  const me = await ownerOf(process.pid);
  const isGone = async (mark: string): Promise<boolean> => {
    const owner = decodeOwner(mark);
    return owner !== null && (await fateOf(owner, me)) === 'dead';
  };
  return { own: encodeOwner(me), since, isGone };
}

function logPool(event: PoolEvent, log: Logger): void {
  const routine = event.type === 'started' || event.type === 'reset';
  const expected = event.type === 'removed' && ['used', 'room', 'idle', 'drain'].includes(event.cause);
  if (routine || expected) log.debug({ pool: event }, `sandbox ${event.type}`);
  else log.warn({ pool: event }, `sandbox ${event.type}`);
}

interface PoolParts {
  readonly config: Config;
  readonly opened: OpenEngine;
  readonly images: KnownImages;
  readonly store: ImageStore;
  readonly inUse: ImagesInUse;
  /** Sandboxes kept warm, by image. */
  readonly warm: Readonly<Record<string, number>>;
  /** Maximum number of sandboxes. */
  readonly most: number;
  /** What their machine has left. */
  readonly host: () => HostFree;
  readonly log: Logger;
}

function makePool({ config, opened, images, store, inUse, warm, most, host, log }: PoolParts) {
  const pool = new SandboxPool(opened.engine, {
    images: Object.fromEntries(Object.entries(warm).map(([image, count]) => [image, { warm: count }])),
    defaultMax: most,
    totalMax: most,
    idleMs: config.pool_idle_ms,
    host,
    queueTimeoutMs: config.queue_timeout_ms,
    network: config.network,
    store: opened.isHere ? store.layersFolder : undefined,
    keep: (image) => inUse.keep(image),
    prepare: (image) => images.get(image)?.prepare,
    limits: {
      memoryBytes: config.memory_bytes,
      cpus: config.cpus,
      pids: config.pids,
      layerBytes: config.layer_bytes,
      layerInodes: config.layer_inodes,
    },
    onEvent: (event) => {
      logPool(event, log);
      // The pool counts a container after this event.
      if (event.type === 'started') setImmediate(() => warmUp.started());
      if (event.type === 'start_failed') warmUp.failed(event.image, event.reason, event.failures);
    },
  });
  const warmUp = new WarmUp(() => pool.stats());
  return { pool, warmUp };
}

/** Sandboxes of all images: those of the store are shown by sandboxes of one image. */
function storedSource(
  sandboxes: SandboxSource,
  { images, opened, store, inUse }: Pick<PoolParts, 'images' | 'opened' | 'store' | 'inUse'>,
): StoredSource {
  return new StoredSource({
    sandboxes,
    container: SHOWING_IMAGE,
    isStored: (name) => images.stored(name) !== undefined,
    use: async (name) => {
      const definition = images.stored(name);
      return inUse.use(definition === undefined ? name : await nameInStore(definition, store));
    },
    refusal: opened.isHere
      ? undefined
      : 'its sandboxes see the image store of this machine, which an engine of another machine cannot.',
  });
}

/** The images of `--image`. @throws {ConfigError} for a name that is not built in */
function operatorImages(images: Config['image']): ImageDefinition[] {
  return Object.entries(images).map(([name, reference]) => {
    const definition = replacement(name, reference);
    if (definition !== null) return definition;
    const known = builtInImages.map((image) => image.name).join(', ');
    throw new ConfigError(`--image ${name}=${reference}: no built-in image has this name; known: ${known}`);
  });
}

/**
 * Start a server and wait until its sandboxes are warm.
 * @throws {ConfigError} @throws {DefinitionError} @throws {DatasetError} @throws {SandboxError} what has been started is stopped first
 */
export async function startServer(config: Config, options: StartOptions = {}): Promise<RunningServer> {
  const undo = new Undo();
  try {
    return await start(config, options, undo);
  } catch (error) {
    await undo.run().catch(() => {});
    throw error;
  }
}

async function start(config: Config, options: StartOptions, undo: Undo): Promise<RunningServer> {
  const { env = process.env, place, signal } = options;
  const since = Date.now();
  const errors = pino.destination({ dest: 2, sync: true });
  // A closed pipe must not end the server.
  errors.on('error', () => {});
  const log = pino({ level: config.log_level }, errors);
  const onBuild = options.onBuild ?? ((image, line) => log.info({ image }, line));
  const home = stateFolder(env);
  if (options.keepServing) {
    const end = keepServing(log);
    // Undone last: an uncaught error during the removal of sandboxes would leave the rest of them.
    undo.push(async () => end());
  }

  let source: BuildingSource | undefined;
  let reaper: Reaper | undefined;
  const sandboxes: SandboxSource = {
    acquire: async (request) => {
      if (source === undefined) throw new Error('a sandbox was asked for before there was a pool');
      return source.acquire(request);
    },
  };
  const defaults = { stepTimeoutMs: config.step_timeout_ms, maxOutputBytes: config.max_output_bytes };
  const room: SandboxRoom = {
    memoryBytes: config.memory_bytes,
    cpus: config.cpus,
    layerBytes: config.layer_bytes,
    network: config.network,
    lowers: config.task_limits === 'lower',
  };
  const names = builtInImages.map((image) => image.name);
  const definitions = (await loadDefinitions(config.environment, names)).map(({ definition }) => definition);
  const datasets = await loadDatasets(home, config.dataset, definitions);
  const environments = [...createEnvironments({ definitions, sandboxes, defaults, datasets, room }).values()];
  const warm = warmImages(config.pool, environments);
  const replacements = operatorImages(config.image);
  // Of several workers, the first process did it, and has the port.
  if (place === undefined) await freePort(config.host, config.port);

  const opened = await openEngine({
    runtime: config.runtime,
    home,
    runParent: defaultRunParent(env),
    // Only a trajectory tells the next server what to go on with.
    graceMs: config.trajectories === 'none' ? 0 : config.grace_ms,
  });
  undo.push(() => opened.close());
  const defined = (): ImageDefinition[] =>
    withBases([...replacements, ...environments.flatMap((one) => one.images)], config.base);
  const images = new KnownImages(defined());
  const { host } = opened;
  const store = await ImageStore.open(join(home, storeFolder), { maxBytes: config.image_store_bytes });
  const inUse = new ImagesInUse(store);
  undo.push(() => store.close());
  const { max_episodes, pool_max } = config;
  const whole = (): number => autoMax(host(), warmCount(config), max_episodes);
  const most =
    pool_max === 'auto'
      ? Math.max(1, warmCount(config), Math.floor(whole() / (place?.count ?? 1)))
      : pool_max;
  const stores = { opened, images, store, inUse };
  const { pool, warmUp } = makePool({ ...stores, config, warm, most, host, log });
  const builder = new StoringBuilder(opened.builder, store, async () => {
    await pool.giveUpImages();
    await inUse.settled();
  });
  const building = new BuildingSource({
    sandboxes: storedSource(pool, stores),
    atOnce: config.max_builds,
    maxWaiting: config.max_waiting_builds,
    ensure: async (name, ended, tell) => {
      const names = images.stored(name) === undefined ? [name] : [SHOWING_IMAGE, name];
      await ensureImages({
        signal: ended,
        builder,
        definitions: names.flatMap((one) => images.lineage(one)),
        names,
        onProgress: (image, line) => {
          onBuild(image, line);
          tell(line);
        },
        onEnd: options.onBuilt,
        logs: join(home, 'build-logs'),
      });
      await opened.engine.image(names[0] ?? name);
    },
  });
  source = building;
  undo.push(() => building.close());
  undo.push(async () => {
    await Promise.all([pool.drain(POOL_DRAIN_MS), reaper?.stop()]);
  });
  // Images to keep warm are built now, all others when a reset first asks for them.
  const stopBuilding = (): void => void building.close();
  signal?.addEventListener('abort', stopBuilding, { once: true });
  for (const [image, count] of Object.entries(warm)) {
    if (count > 0) await building.build(image).finally(() => signal?.throwIfAborted());
  }
  signal?.removeEventListener('abort', stopBuilding);
  signal?.throwIfAborted();
  const { isolation, reason } = await opened.engine.probe();
  log.info(
    { engine: opened.runtime, because: opened.reason, isolation, isolation_because: reason },
    'engine',
  );
  reaper = new Reaper(opened.engine, {
    onReaped: (count) => log.warn({ count }, 'removed sandboxes of servers that no longer run'),
    onError: (err) => log.warn({ err }, 'could not search for sandboxes of servers that no longer run'),
  });
  await reaper.start();

  const reloader = new Reloader({
    home,
    added: config.dataset,
    definitions,
    environments,
    datasets,
    onReloaded: () => {
      images.replace(defined());
      building.lookAgain();
    },
  });
  const app: App = await buildApp({
    config: { ...config, pool_max: most },
    environments,
    trajectories: configuredPath(config.trajectories, home),
    log,
    place,
    mark: await processMark(since),
    takeBack: (reference) => pool.takeBack(reference),
    sandboxes: () => sandboxCounts(pool.stats(), most),
    pools: () => poolStates(pool.stats()),
    page: options.page,
    warm: () => warmUp.ready(),
    reload: place === undefined ? () => reloader.reload() : notByWorkers,
  });
  undo.push(() => app.close());
  pool.start();
  const url = await app.fastify.listen({ host: config.host, port: place?.port ?? config.port });
  await app.open();
  const abort = (): void => warmUp.abort(signal?.reason);
  signal?.addEventListener('abort', abort);
  signal?.throwIfAborted();
  await warmUp.done();
  signal?.removeEventListener('abort', abort);

  const facts = {
    url,
    runtime: opened.runtime,
    isolation,
    pool: config.pool,
    poolMax: most,
  };
  return {
    url,
    summary: readyLine(facts),
    explanation: poolLine(facts),
    facts,
    retire: () => app.retire(),
    close: () => {
      // At once, while steps may still be running: builds and warm-up are of no use any more.
      pool.retire();
      void building.close();
      return undo.run();
    },
    get sandboxes() {
      return Object.values(sandboxCounts(pool.stats(), most).states).reduce((sum, count) => sum + count, 0);
    },
  };
}

/** The other workers would keep the datasets that they have. */
async function notByWorkers(): Promise<never> {
  const remedy = "restart its workers by SIGHUP to the server's process";
  throw new ProtocolError('unsupported', `A server with several workers loads no datasets again: ${remedy}.`);
}
