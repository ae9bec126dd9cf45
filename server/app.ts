import { setTimeout as sleep } from 'node:timers/promises';
import websocket from '@fastify/websocket';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { TakeBack } from '../docker/sandbox.ts';
import type { Environment } from '../environments/environment.ts';
import type { ReloadedDataset } from '../environments/reload.ts';
import { type Config, heartbeatTimeoutMs } from './config/config.ts';
import { keepRule } from './config/keep-rule.ts';
import { Admission } from './connection/admission.ts';
import { Clients, type SocketClient } from './connection/clients.ts';
import { Doorkeeper } from './connection/doorkeeper.ts';
import { Heartbeat } from './connection/heartbeat.ts';
import { httpGate } from './connection/http-answers.ts';
import { makeHttpServer } from './connection/http-server.ts';
import { registerMcp } from './mcp/routes.ts';
import { serverMemory } from './memory/server-memory.ts';
import { Metrics } from './metrics.ts';
import { registerOpenEnv } from './openenv/routes.ts';
import { Ors } from './ors/routes.ts';
import { isPage, type PageFiles, registerPage } from './page/routes.ts';
import { EpisodeRegistry, type RegistryObserver } from './registry/registry.ts';
import { shuttingDown } from './registry/resets.ts';
import { defaultNode, type SandboxCounts, ServerFacts } from './registry/server-facts.ts';
import type { ServerMark } from './resume/left-episodes.ts';
import { LifeSigns } from './resume/life-signs.ts';
import { StoreThread } from './store/store-thread.ts';
import { TrajectoryKeeper } from './trajectory/keeper.ts';
import { TrajectoryLog } from './trajectory/log.ts';
import { ClientConnection } from './v1/client-connection.ts';
import { registerExport } from './v1/export-route.ts';
import type { Counts } from './watch/sampler.ts';
import { Watching } from './watch/watching.ts';
import { Handover } from './workers/handover.ts';
import { OneServer } from './workers/one-server.ts';
import { Peers } from './workers/peers.ts';
import { nameOfWorker, type WorkerPlace } from './workers/place.ts';
import { Relay, type RelayMaker } from './workers/relay.ts';
import { WorkerDoor } from './workers/worker-door.ts';

export interface AppParts {
  readonly config: Config;
  readonly environments: readonly Environment[];
  /** Folder for trajectories; `null` writes none. */
  readonly trajectories: string | null;
  readonly log: Logger;
  /** Sandboxes by state, for `/metrics` and `server/state`. @default none */
  readonly sandboxes?: () => SandboxCounts;
  /** Sandboxes by image, for those who watch. @default none */
  readonly pools?: Counts['pools'];
  /** The files of the page at `/`. @default it has none */
  readonly page?: (() => Promise<PageFiles>) | undefined;
  /** Whether the pools are warm, for `/readyz`. @default always */
  readonly warm?: () => boolean;
  /** Marks the trajectories, so that the next server goes on with them. @default none does */
  readonly mark?: ServerMark;
  /** Gives sandboxes that outlived their server. @default none does */
  readonly takeBack?: TakeBack['takeBack'];
  /** Loads the datasets again. @throws {DatasetError} @default the server has none to load */
  readonly reload?: () => Promise<ReloadedDataset[]>;
  /** Which worker of its server this is. @default the only one */
  readonly place?: WorkerPlace | undefined;
  /** A monotonic clock, in milliseconds. @default `performance.now` */
  readonly now?: () => number;
}

/** The HTTP server with all its routes, before it listens. */
export interface App {
  readonly fastify: FastifyInstance;
  readonly registry: EpisodeRegistry;
  /** Let the other workers of the server reach this one. */
  open(): Promise<void>;
  /**
   * Leave to another worker: accept no connection, close the sockets of clients once they have no episode, and wait for that at most
   * `drain_timeout_ms`, then for running steps as long. @returns whether no episode is left
   */
  retire(): Promise<boolean>;
  /** Refuse new work, finish running steps (at most `drain_timeout_ms`), close episodes and sockets. */
  close(): Promise<void>;
}

/** Routes without secrets that probes read without a token. */
const OPEN_ROUTES: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/v1']);

/** Maximum fragments of a WebSocket message, as each takes memory. Enough for the longest message in parts of 16 KiB. */
const MAX_FRAGMENTS = 1_024;

/** Time between two looks for clients without an episode, in milliseconds. */
const RETIRE_LOOK_MS = 50;

/** Maximum wait for the client's part of the closing handshake, and at shutdown for answers to be sent, in milliseconds. */
const GOODBYE_MS = 1_000;

function observe(metrics: Metrics, log: Logger): RegistryObserver {
  return {
    stepped: (environment, seconds) => metrics.stepped(environment, seconds),
    reset: (environment, seconds) => metrics.reset(environment, seconds),
    ended: (environment, reason) => metrics.ended(environment, reason),
    resumed: (environment, how) => metrics.resumed(environment, how),
    faulted: (episode_id, failure, err) => {
      metrics.failed(failure.class, failure.code);
      log.warn({ episode_id, err, failure }, 'a fault ended an episode');
    },
    resetFailed: (environment, failure, err) => {
      metrics.failed(failure.class, failure.code);
      log.warn({ environment, err }, 'a reset failed');
    },
    notTakenBack: (environment, err) =>
      log.warn({ environment, err }, 'a sandbox could not be taken back; its episode is played again'),
    resetRetried: (environment, err) =>
      log.warn({ environment, err }, 'the sandbox of a reset had died; trying another one'),
    logFailed: (episode_id, err) => log.error({ episode_id, err }, 'a trajectory is incomplete'),
  };
}

function admit(app: FastifyInstance, admission: Admission, doorkeeper: Doorkeeper, clients: Clients): void {
  app.addHook('onRequest', async (request: FastifyRequest, reply) => {
    if (request.headers.upgrade === undefined) clients.addReply(reply);
    const refusal = admission.refuseOrigin(request.headers);
    // A body that follows is not read.
    if (refusal !== undefined) {
      return reply.code(refusal.status).header('connection', 'close').send({ error: refusal.message });
    }
    const path = request.url.split('?', 1)[0] ?? '';
    if (admission.authorized(request.headers)) {
      doorkeeper.admit(request.raw.socket);
      return undefined;
    }
    reply.header('connection', 'close');
    if (OPEN_ROUTES.has(path) || isPage(path)) return undefined;
    const message = 'This server requires a token: send it as `Authorization: Bearer …`.';
    return reply.code(401).header('www-authenticate', 'Bearer').send({ error: message });
  });
}

/** Close a socket that does not send the token in time. */
function closeLater(socket: WebSocket, timeoutMs: number): NodeJS.Timeout {
  const timer = setTimeout(() => {
    socket.close(1008, 'unauthorized');
    setTimeout(() => socket.terminate(), GOODBYE_MS).unref();
  }, timeoutMs);
  socket.on('close', () => clearTimeout(timer));
  return timer;
}

/** Build the server without listening. @throws {Error} when the trajectory folder cannot be made */
export async function buildApp(parts: AppParts): Promise<App> {
  const { config, environments, log, place, now = () => performance.now() } = parts;
  const admission = new Admission({
    host: config.host,
    token: config.token,
    allowedOrigins: config.allowed_origins,
  });
  const sandboxes = parts.sandboxes ?? (() => ({ states: {}, max: config.max_episodes, queued: 0 }));
  const node = config.node ?? defaultNode();
  const metrics = new Metrics(() => registry.openCount, sandboxes);
  const memory = serverMemory(config);
  const trajectories = new TrajectoryLog({ folder: parts.trajectories, fsync: config.fsync });
  const keeper =
    parts.trajectories === null
      ? null
      : new TrajectoryKeeper({
          folder: parts.trajectories,
          rule: keepRule(config.trajectory_keep),
          isOpen: (path) => trajectories.isOpen(path),
          onRemoved: (files) => log.info({ files }, 'old trajectories removed'),
          onError: (err) => log.warn({ err }, 'old trajectories could not be removed'),
        });
  keeper?.start();
  const registry = new EpisodeRegistry({
    environments,
    maxEpisodes: config.max_episodes,
    trajectories,
    results: memory.results,
    observer: observe(metrics, log),
    graceMs: config.grace_ms,
    mark: parts.mark,
    node: place === undefined ? node : nameOfWorker(node, place),
    takeBack: parts.takeBack,
    reload: parts.reload,
    outputs: httpGate(memory, config),
    queueTimeoutMs: config.queue_timeout_ms,
    now,
  });
  const watching = new Watching({
    episodes: () => registry.openEpisodes,
    counts: {
      openEpisodes: () => registry.openCount,
      steps: () => metrics.stepCounts(),
      failures: () => metrics.failures(),
      pools: parts.pools ?? (() => ({ pools: [], failed_starts: 0 })),
    },
    onError: (err) => log.error({ err }, 'the server could not be sampled'),
    now,
  });
  const folder = parts.trajectories;
  const store = folder === null ? null : new StoreThread(folder);
  const operator = { registry, store, folder };
  const facts = new ServerFacts({
    node,
    environments,
    maxEpisodes: config.max_episodes,
    openEpisodes: () => registry.openCount,
    sandboxes,
    status: () => (registry.draining ? 'draining' : (parts.warm?.() ?? true) ? 'ready' : 'warming'),
  });
  const whole = place && new OneServer(facts, metrics.registry, new Peers(place));
  const relay: RelayMaker | undefined =
    place && ((events) => new Relay({ place, token: config.token }, events));
  const signs =
    parts.mark === undefined || parts.trajectories === null || config.grace_ms === 0
      ? null
      : new LifeSigns(() => trajectories.openPaths, config.grace_ms);
  const heartbeat = new Heartbeat({
    intervalMs: config.heartbeat_interval_ms,
    timeoutMs: heartbeatTimeoutMs(config),
  });

  const clients = new Clients();
  const doorkeeper = new Doorkeeper({
    maxConnections: config.max_connections,
    maxPerAddress: config.max_connections_per_address,
  });
  const watch = (client: SocketClient, socket: WebSocket): void => {
    socket.on('close', clients.add(client));
    heartbeat.watch(socket);
  };

  const app = fastify({
    bodyLimit: config.max_frame_bytes,
    forceCloseConnections: true,
    serverFactory: (listener) => makeHttpServer(config, doorkeeper, listener),
  });
  await app.register(websocket, {
    options: { maxPayload: config.max_frame_bytes, maxFragments: MAX_FRAGMENTS, perMessageDeflate: false },
    // ws itself closes the socket, with the matching code.
    errorHandler: (err) => log.debug({ err }, 'a WebSocket failed'),
    preClose: (done) => {
      const { clients } = app.websocketServer;
      for (const socket of clients) socket.close(1001, 'the server is shutting down');
      const cut = setTimeout(() => {
        for (const socket of clients) socket.terminate();
      }, GOODBYE_MS);
      app.websocketServer.close(() => {
        clearTimeout(cut);
        done();
      });
    },
  });
  // None of these routes takes a body: skip it.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume();
    done(null);
  });
  admit(app, admission, doorkeeper, clients);
  const door = place && whole && new WorkerDoor(place, app.server, whole);
  if (place !== undefined) new Handover(place).register(app);

  let connections = 0;
  app.get('/v1', { websocket: true }, (socket, request) => {
    const { socket: stream } = request.raw;
    connections += 1;
    const authorized = admission.authorized(request.headers);
    const late = authorized ? undefined : closeLater(socket, config.connect_timeout_ms);
    const onAuthorized = (): void => {
      clearTimeout(late);
      doorkeeper.admit(stream);
    };
    const silentMs = (): number => heartbeat.silentMs(socket);
    const parts = {
      socket,
      stream,
      authorized,
      number: connections,
      registry,
      operator,
      facts,
      relay,
      state: whole && (() => whole.state()),
      admission,
      config,
      memory,
      watching,
      log,
      onAuthorized,
      silentMs,
    };
    watch(new ClientConnection(parts), socket);
  });
  if (parts.page !== undefined) registerPage(app, parts.page);
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const { status } = facts.status === 'ready' || whole === undefined ? facts : await whole.state();
    return reply.code(status === 'ready' ? 200 : 503).send({ status });
  });
  app.get('/metrics', async (_request, reply) => {
    return reply.type(metrics.registry.contentType).send(await (whole ?? metrics.registry).metrics());
  });
  registerExport(app, store);
  for (const environment of environments) {
    await app.register(
      async (scope) =>
        registerOpenEnv(scope, { environment, registry, config, memory, log, onSocket: watch }),
      { prefix: `/openenv/${environment.id}` },
    );
    await app.register(async (scope) => registerMcp(scope, { environment, registry, config, memory, log }), {
      prefix: `/mcp/${environment.id}`,
    });
  }

  const ors = new Ors({ registry, config, memory, log });
  // The client of ORS drops the path of its server's address.
  for (const prefix of ['/ors', '']) await app.register(async (scope) => ors.register(scope), { prefix });
  app.addHook('onClose', () => ors.leave());

  return {
    fastify: app,
    registry,
    open: async () => door?.open(),
    retire: async () => {
      app.server.close();
      const until = performance.now() + config.drain_timeout_ms;
      while (performance.now() < until && (clients.count > 0 || registry.openCount > 0)) {
        clients.partIfIdle();
        await sleep(RETIRE_LOOK_MS);
      }
      if (registry.openCount > 0) await registry.quiet(config.drain_timeout_ms);
      return registry.openCount === 0;
    },
    close: async () => {
      clients.refuse(shuttingDown());
      await registry.drain(config.drain_timeout_ms);
      await clients.settled(GOODBYE_MS);
      heartbeat.stop();
      watching.stop();
      signs?.stop();
      await keeper?.stop();
      await door?.close();
      await store?.close();
      await app.close();
    },
  };
}
