import { z } from 'zod';
import { runtimes } from '../../docker/engines/table.ts';
import { MAX_TIMEOUT_MS } from '../../protocol/action.ts';
import { NodeName } from '../../protocol/server-state.ts';
import { KEEP } from './keep-rule.ts';
import { settingIssue } from './setting-issue.ts';

const MIB = 1024 * 1024;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Memory for the runner. Its layer lies in memory, too, and counts separately. */
const RUNNER_BYTES = 96 * MIB;

/** Default maximum of a socket's silence, in milliseconds: an optimizer step can block a client for minutes. */
const MAX_SILENCE_MS = 300_000;

/** A whole number in a range. @param max @default no maximum */
const integer = (min: number, max?: number) => {
  const atLeast = z.number().int().min(min);
  return max === undefined ? atLeast : atLeast.max(max);
};

const counts = z.record(z.string().min(1), integer(0, 10_000));
const paths = z.record(z.string().min(1), z.string().min(1));

/**
 * Every setting of the server: name, range, default, purpose. Flags, environment variables, the text of `serve --help` and
 * the README's table are derived from it.
 */
export const Config = z.strictObject({
  port: integer(0, 65_535).default(8765).describe('TCP port; 0 takes a free one.'),
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address to listen on. An address other than loopback requires `--token`.'),
  node: NodeName.nullable()
    .default(null)
    .describe(
      'Name of this server in its resume tokens, where clients of many servers look for it: letters, digits, `.`, `_` and `-`, at most 63. Default: the name of the machine.',
    ),
  workers: z
    .union([integer(1, 256), z.literal('auto')])
    .default(1)
    .describe(
      'Number of processes that serve at the one address, each with its share of the pool and the limits; `auto`: one for each four cores, at least one. With several, the page shows the episodes of one of them, and `tasks/reload` is refused. SIGHUP restarts them one after the other.',
    ),
  runtime: z.enum(runtimes).default('auto').describe('Engine that runs sandboxes; `auto` prefers Docker.'),
  pool: counts
    .default({ 'bash-v1': 4 })
    .describe(
      'Sandboxes kept warm, by environment (its default image) or image, e.g. `bash-v1=8,sql-v1=2,spider=4`.',
    ),
  pool_max: z
    .union([integer(1, 10_000), z.literal('auto')])
    .default(64)
    .describe(
      'Maximum number of sandboxes at the same time, over all images; `auto`: as many as memory and processes allow at the start. Those beyond `--pool` start while the machine has enough left.',
    ),
  pool_idle_ms: integer(1_000, DAY_MS)
    .default(600_000)
    .describe('Time after which an unused sandbox beyond `--pool` is removed.'),
  dataset: paths
    .default({})
    .describe(
      'Datasets to add to the imported ones: `name=path`, or e.g. `python-v1:name=path` for a list of records of another environment than `bash-v1`. Repeatable.',
    ),
  environment: z
    .array(z.string().min(1))
    .default([])
    .describe('Folders with definitions of additional environments. Repeatable.'),
  image: paths
    .default({})
    .describe(
      'Docker images that replace built-in ones: `name=reference`, e.g. `sql=my-mysql8`. Repeatable.',
    ),
  max_builds: integer(1, 64).default(2).describe('Maximum number of images that are built at the same time.'),
  max_waiting_builds: integer(1, 100_000)
    .default(1_000)
    .describe(
      'Maximum number of images that wait to be built; a reset that needs another one gets `capacity`.',
    ),
  base: paths
    .default({})
    .describe(
      'Docker images that stand in for base images of tasks that cannot be pulled: `name=reference`, e.g. `ubuntu:24.04=my-ubuntu`. Repeatable.',
    ),
  token: z
    .string()
    .min(8)
    .regex(/^\S*$/, 'white space ends a token in the header that carries it: use letters, digits and signs')
    .nullable()
    .default(null)
    .describe(
      'Secret that clients must send. Prefer the variable `STEPWELL_TOKEN`: other users of the machine can read command lines.',
    ),
  allowed_origins: z
    .array(z.url())
    .default([])
    .describe('Web origins whose pages may connect, besides the server itself.'),
  max_episodes: integer(1, 100_000).default(1024).describe('Maximum number of open episodes.'),
  max_episodes_per_connection: integer(1, 100_000)
    .default(1024)
    .describe(
      'Maximum number of open episodes of one WebSocket; also of all MCP clients of an environment, and of all ORS clients.',
    ),
  queue_timeout_ms: integer(0, DAY_MS)
    .default(30_000)
    .describe('Maximum time that a reset waits for a sandbox, if its `queue_timeout_ms` does not say.'),
  step_timeout_ms: integer(1, MAX_TIMEOUT_MS)
    .default(10_000)
    .describe('Deadline of an action that does not set `timeout_ms`.'),
  max_output_bytes: integer(256, 16 * MIB)
    .default(65_536)
    .describe('Maximum output of an action, in bytes. Longer output keeps its beginning and its end.'),
  max_frame_bytes: integer(1024, 256 * MIB)
    .default(16_777_216)
    .describe(
      'Maximum size of a WebSocket message or HTTP body; a larger message closes the socket with code 1009.',
    ),
  max_buffered_bytes: integer(1024, 1024 * MIB)
    .default(4_194_304)
    .describe(
      'Maximum unsent bytes of one socket. Above it, the server reads and starts no request of that socket.',
    ),
  max_answer_memory_bytes: integer(1 * MIB, 1024 * 1024 * MIB)
    .default(67_108_864)
    .describe(
      'Maximum unsent bytes of all sockets together. The share of one socket shrinks as less is free; above the maximum, sockets that do not read are closed.',
    ),
  max_request_memory_bytes: integer(1 * MIB, 1024 * 1024 * MIB)
    .default(268_435_456)
    .describe(
      'Maximum bytes of all requests that are being received, waiting or running. Above it, large messages wait and HTTP requests get status 503.',
    ),
  slow_reader_timeout_ms: integer(1, HOUR_MS)
    .default(60_000)
    .describe('Time after which a socket that does not read its answers is closed.'),
  max_connections: integer(1, 1_000_000)
    .default(8_192)
    .describe(
      'Maximum number of TCP connections. A new one above it replaces the oldest that has not sent a request (or the token) yet; if there is none, the new one is closed.',
    ),
  max_connections_per_address: integer(1, 1_000_000)
    .default(4_096)
    .describe('Maximum number of TCP connections from one address. Handled as `--max-connections`.'),
  connect_timeout_ms: integer(100, HOUR_MS)
    .default(10_000)
    .describe(
      'Maximum time for a new connection to send the headers of its first request, and the token if one is required.',
    ),
  request_timeout_ms: integer(100, HOUR_MS)
    .default(60_000)
    .describe('Maximum time for a whole HTTP request to arrive, including its body.'),
  heartbeat_interval_ms: integer(10, HOUR_MS).default(20_000).describe('Time between pings.'),
  heartbeat_timeout_ms: z
    .union([integer(10, DAY_MS), z.literal('auto')])
    .default('auto')
    .describe(
      'Maximum time without a message or a pong before a socket counts as dead, and never less than two pings; `auto`: `--grace-ms`, at most 300000, and 300000 if that is 0. Clients send pongs by themselves, unless their program blocks its event loop.',
    ),
  grace_ms: integer(0, DAY_MS)
    .default(120_000)
    .describe(
      'Time for which the episodes of a socket that dropped without a closing handshake stay open, so that `episode/resume` takes them over. It counts from the last sign of life of the client. After the server was killed, the next one of the same folder resumes them, too, if it starts within this time (Docker: in their own sandboxes, which wait for so long); not in a container with a pid namespace of its own.',
    ),
  drain_timeout_ms: integer(0, HOUR_MS)
    .default(30_000)
    .describe('Maximum time to wait for running steps at shutdown.'),
  session_idle_ms: integer(1, DAY_MS)
    .default(600_000)
    .describe(
      'Time without a request after which an episode of a client without a WebSocket (MCP, ORS, HTTP routes of OpenEnv) is closed.',
    ),
  trajectories: z
    .string()
    .min(1)
    .default('$STEPWELL_HOME/trajectories')
    .describe('Folder for trajectories: one folder per day, one file per episode. `none` writes none.'),
  trajectory_keep: z
    .string()
    .regex(KEEP, 'expected `all`, days, a size, or both, e.g. `30d,20GiB`')
    .default('all')
    .describe(
      'Trajectories to keep: `all`, a maximum age in days, a maximum total size, or both: `30d,20GiB`.',
    ),
  fsync: z
    .boolean()
    .default(false)
    .describe(
      'Flush each trajectory line to the disk before the answer is sent. Slow; protects against power failures.',
    ),
  network: z
    .enum(['none', 'bridge'])
    .default('none')
    .describe('Network of the sandboxes; `none` has only loopback.'),
  memory_bytes: integer(64 * MIB)
    .default(536_870_912)
    .describe('Memory limit of a sandbox.'),
  cpus: z.number().min(0.01).max(1024).default(1).describe('CPU limit of a sandbox.'),
  pids: integer(16, 1_000_000).default(256).describe('Maximum number of processes in a sandbox.'),
  image_store_bytes: integer(1 * MIB)
    .default(50_000_000_000)
    .describe(
      'Most bytes of all layers of the image store. For a new image, the server evicts the least recently used ones that no sandbox shows.',
    ),
  task_limits: z
    .enum(['refuse', 'lower'])
    .default('refuse')
    .describe(
      'A task that wants more memory, processors or disk than a sandbox has: `refuse` it, or play it with the `lower` limits of the sandbox.',
    ),
  layer_bytes: integer(1 * MIB)
    .default(134_217_728)
    .describe('Maximum number of bytes that an episode may write to its disk.'),
  layer_inodes: integer(256).default(32_768).describe('Maximum number of files that an episode may create.'),
  log_level: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('Minimum log level; the log goes to standard error.'),
});
export type Config = z.infer<typeof Config>;
export type ConfigInput = z.input<typeof Config>;

/** A malformed setting, or two that contradict each other. The message names the flag and what to change. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'invalid_config';
}

/** The flag of a setting, e.g. `--step-timeout-ms`. */
export function flagOf(key: string): string {
  return `--${key.replaceAll('_', '-')}`;
}

/**
 * Check settings and fill in their defaults.
 * @throws {ConfigError} the message names the flag and what to change
 */
export function createConfig(input: ConfigInput = {}): Config {
  const parsed = Config.safeParse(input);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => {
      if (issue.code === 'unrecognized_keys') {
        return `${issue.keys.map(flagOf).join(', ')}: there is no such setting; \`stepwell serve --help\` lists all`;
      }
      // Of a record, the entry; the index of a list's item says little.
      const [key, ...entry] = issue.path.filter((part) => typeof part === 'string');
      const setting = Config.shape[key as keyof Config];
      return `${[flagOf(key ?? ''), ...entry].join(' ')}: ${settingIssue(setting, issue)}`;
    });
    throw new ConfigError(lines.join('\n'));
  }
  const contradiction = contradictionIn(parsed.data);
  if (contradiction !== undefined) throw new ConfigError(contradiction);
  return parsed.data;
}

/** Maximum silence of a socket, in milliseconds: no half-open one holds its episodes for longer than the grace time. */
export function heartbeatTimeoutMs(config: Config): number {
  const { grace_ms, heartbeat_interval_ms, heartbeat_timeout_ms } = config;
  if (heartbeat_timeout_ms !== 'auto') return heartbeat_timeout_ms;
  if (grace_ms === 0) return MAX_SILENCE_MS;
  return Math.max(heartbeat_interval_ms, Math.min(MAX_SILENCE_MS, grace_ms));
}

/** Number of sandboxes that `--pool` keeps warm. */
export function warmCount({ pool }: Pick<Config, 'pool'>): number {
  return Object.values(pool).reduce((sum, count) => sum + count, 0);
}

/** Whether an address is reachable from this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

function contradictionIn(config: Config): string | undefined {
  if (!isLoopback(config.host) && config.token === null) {
    return `--host ${config.host} opens the server to other machines: set a secret with --token, or use --host 127.0.0.1`;
  }
  const { grace_ms, heartbeat_interval_ms, heartbeat_timeout_ms } = config;
  if (heartbeat_timeout_ms !== 'auto' && heartbeat_timeout_ms < heartbeat_interval_ms) {
    return '--heartbeat-timeout-ms is below --heartbeat-interval-ms, so every socket would count as dead: raise --heartbeat-timeout-ms';
  }
  if (heartbeat_timeout_ms !== 'auto' && grace_ms > 0 && heartbeat_timeout_ms > grace_ms) {
    return `--heartbeat-timeout-ms ${heartbeat_timeout_ms} is above --grace-ms ${grace_ms}, so a half-open socket would hold its sandboxes for longer than the grace time: raise --grace-ms or lower --heartbeat-timeout-ms`;
  }
  const warm = warmCount(config);
  if (config.pool_max !== 'auto' && warm > config.pool_max) {
    return `--pool keeps ${warm} sandboxes warm, but --pool-max allows only ${config.pool_max}: raise --pool-max or lower --pool`;
  }
  if (config.memory_bytes < config.layer_bytes + RUNNER_BYTES) {
    return `--memory-bytes ${config.memory_bytes} is less than a full disk (--layer-bytes ${config.layer_bytes}, held in memory) plus ${RUNNER_BYTES} for the runner: an agent that fills its disk would kill the container. Raise --memory-bytes or lower --layer-bytes`;
  }
  if (config.fsync && config.trajectories === 'none') {
    return '--fsync has no effect with --trajectories none: remove one of them';
  }
  return undefined;
}
