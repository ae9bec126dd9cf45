import { z } from 'zod';
import { runtimes } from '../docker/engines/table.ts';
import { MAX_TIMEOUT_MS } from '../protocol/action.ts';
import { isLoopback } from './admission.ts';
import { KEEP } from './trajectory-keep.ts';

const MIB = 1024 * 1024;

/** What a runner may need beside the layer, which is memory too. */
const RUNNER_BYTES = 96 * MIB;

const counts = z.record(z.string().min(1), z.number().int().min(0).max(10_000));
const paths = z.record(z.string().min(1), z.string().min(1));

/**
 * Every setting of the server: name, range, one literal default, what it is for. Flags, environment variables, the
 * `serve --help` text and the README's table come from here.
 */
export const Config = z.strictObject({
  port: z.number().int().min(0).max(65_535).default(8765).describe('TCP port; 0 takes a free one.'),
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address to listen on. An address other than loopback requires `--token`.'),
  runtime: z.enum(runtimes).default('auto').describe('Engine that runs sandboxes; `auto` prefers Docker.'),
  pool: counts
    .default({ 'bash-v1': 4 })
    .describe(
      'Sandboxes kept warm, by environment (its default image) or image, e.g. `bash-v1=8,sql-v1=2,spider=4`.',
    ),
  pool_max: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(64)
    .describe('Maximum number of sandboxes at a time, over all images.'),
  dataset: paths
    .default({})
    .describe(
      'More datasets beside the imported ones, `name=path`, or `python-v1:name=path` for a list of records that is not for `bash-v1`; may be given more than once.',
    ),
  environment: z
    .array(z.string().min(1))
    .default([])
    .describe('Folders of more environments, each with its definition; may be given more than once.'),
  image: paths
    .default({})
    .describe(
      'Images of the Docker engine in the place of built-in ones, `name=reference`, e.g. `sql=my-mysql8`; may be given more than once.',
    ),
  token: z
    .string()
    .min(8)
    .regex(/^\S*$/, 'white space ends a token in the header that carries it: use letters, digits and signs')
    .nullable()
    .default(null)
    .describe(
      'Secret that clients must send. Set it as `STEPWELL_TOKEN`, as command lines can be read by others.',
    ),
  allowed_origins: z
    .array(z.url())
    .default([])
    .describe('Web origins whose pages may connect, besides the server itself.'),
  max_episodes: z.number().int().min(1).max(100_000).default(1024).describe('Limit of open episodes.'),
  max_episodes_per_connection: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(1024)
    .describe('Maximum number of open episodes of one WebSocket.'),
  queue_timeout_ms: z
    .number()
    .int()
    .min(0)
    .max(3_600_000)
    .default(30_000)
    .describe('Maximum time that a reset waits for a sandbox.'),
  step_timeout_ms: z
    .number()
    .int()
    .min(1)
    .max(MAX_TIMEOUT_MS)
    .default(10_000)
    .describe('Deadline of an action that has none of its own.'),
  max_output_bytes: z
    .number()
    .int()
    .min(256)
    .max(16 * MIB)
    .default(65_536)
    .describe('Bytes of output kept per action: its beginning and its end.'),
  max_frame_bytes: z
    .number()
    .int()
    .min(1024)
    .max(256 * MIB)
    .default(16_777_216)
    .describe(
      'Maximum size of a WebSocket message or HTTP body; a larger message closes the socket with code 1009.',
    ),
  max_buffered_bytes: z
    .number()
    .int()
    .min(1024)
    .max(1024 * MIB)
    .default(4_194_304)
    .describe('Unsent bytes of one socket above which nothing more is read from it, nor begun for it.'),
  max_answer_memory_bytes: z
    .number()
    .int()
    .min(1 * MIB)
    .max(1024 * 1024 * MIB)
    .default(67_108_864)
    .describe(
      'Unsent bytes of all sockets together. The more there are, the fewer one socket may have; beyond it sockets that take nothing are cut.',
    ),
  max_request_memory_bytes: z
    .number()
    .int()
    .min(1 * MIB)
    .max(1024 * 1024 * MIB)
    .default(268_435_456)
    .describe(
      'Bytes of requests of all clients together, being received, waiting or running. Beyond it large messages wait, and HTTP answers 503.',
    ),
  slow_reader_timeout_ms: z
    .number()
    .int()
    .min(1)
    .max(3_600_000)
    .default(60_000)
    .describe('Maximum time that a socket may leave too much unread before it is closed.'),
  max_connections: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(8_192)
    .describe(
      'Most TCP connections. Beyond it a new one takes the place of the oldest that has shown no request or token, else it is closed.',
    ),
  max_connections_per_address: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(4_096)
    .describe('Maximum number of TCP connections from one address, in the same way.'),
  connect_timeout_ms: z
    .number()
    .int()
    .min(100)
    .max(3_600_000)
    .default(10_000)
    .describe(
      "Longest time from a connection to the whole of its first request's headers, and to the token where one is asked for.",
    ),
  request_timeout_ms: z
    .number()
    .int()
    .min(100)
    .max(3_600_000)
    .default(60_000)
    .describe('Maximum time for a whole HTTP request to arrive, with its body.'),
  heartbeat_interval_ms: z
    .number()
    .int()
    .min(10)
    .max(3_600_000)
    .default(20_000)
    .describe('Time between pings.'),
  heartbeat_timeout_ms: z
    .number()
    .int()
    .min(10)
    .max(86_400_000)
    .default(300_000)
    .describe('Silence after which a socket counts as dead. An optimizer step can take minutes.'),
  grace_ms: z
    .number()
    .int()
    .min(0)
    .max(86_400_000)
    .default(0)
    .describe(
      'How long the episodes of a socket that dropped without a closing handshake are kept. Of use only together with `episode/resume`, which is not there yet: till then nobody can reach them.',
    ),
  drain_timeout_ms: z
    .number()
    .int()
    .min(0)
    .max(3_600_000)
    .default(30_000)
    .describe('Maximum time to wait for running steps at shutdown.'),
  session_idle_ms: z
    .number()
    .int()
    .min(1)
    .max(86_400_000)
    .default(600_000)
    .describe("Idle time after which the episode of OpenEnv's HTTP routes is closed."),
  trajectories: z
    .string()
    .min(1)
    .default('$STEPWELL_HOME/trajectories')
    .describe('Folder for trajectories, with a folder per day and a file per episode; `none` writes none.'),
  trajectory_keep: z
    .string()
    .regex(KEEP, 'expected `all`, days, a size, or both, e.g. `30d,20GiB`')
    .default('all')
    .describe('Trajectories to keep: `all`, or by age in days, by total size, or both: `30d,20GiB`.'),
  fsync: z
    .boolean()
    .default(false)
    .describe(
      'Force each trajectory line to the disk before the answer. Slow; for machines that lose power.',
    ),
  network: z
    .enum(['none', 'bridge'])
    .default('none')
    .describe('Network of the sandboxes; `none` is loopback only.'),
  memory_bytes: z
    .number()
    .int()
    .min(64 * MIB)
    .default(536_870_912)
    .describe('Memory limit of one sandbox.'),
  cpus: z.number().min(0.01).max(1024).default(1).describe('Processors of one sandbox.'),
  pids: z.number().int().min(16).max(1_000_000).default(256).describe('Processes of one sandbox.'),
  layer_bytes: z
    .number()
    .int()
    .min(1 * MIB)
    .default(134_217_728)
    .describe('Maximum number of bytes that an episode may write.'),
  layer_inodes: z.number().int().min(256).default(32_768).describe('Files that an episode may make.'),
  log_level: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('Minimum log level; the log goes to standard error.'),
});
export type Config = z.infer<typeof Config>;
export type ConfigInput = z.input<typeof Config>;

/** A setting that is malformed or contradicts another; the message names the flag and the remedy. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'invalid_config';
}

/** The flag of a setting, e.g. `--step-timeout-ms`. */
export function flagOf(key: string): string {
  return `--${key.replaceAll('_', '-')}`;
}

/**
 * Settings checked and completed with their defaults.
 * @throws {ConfigError} naming the flag and the remedy
 */
export function createConfig(input: ConfigInput = {}): Config {
  const parsed = Config.safeParse(input);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => {
      if (issue.code === 'unrecognized_keys') {
        return `${issue.keys.map(flagOf).join(', ')}: no such setting; \`stepwell serve --help\` lists them`;
      }
      return `${flagOf(String(issue.path[0]))}: ${issue.message}`;
    });
    throw new ConfigError(lines.join('\n'));
  }
  const contradiction = contradictionIn(parsed.data);
  if (contradiction !== undefined) throw new ConfigError(contradiction);
  return parsed.data;
}

function contradictionIn(config: Config): string | undefined {
  if (!isLoopback(config.host) && config.token === null) {
    return `--host ${config.host} opens the server to other machines: set a secret with --token, or use --host 127.0.0.1`;
  }
  if (config.heartbeat_timeout_ms < config.heartbeat_interval_ms) {
    return '--heartbeat-timeout-ms is below --heartbeat-interval-ms: no ping could be answered in time; raise the former';
  }
  const warm = Object.values(config.pool).reduce((sum, count) => sum + count, 0);
  if (warm > config.pool_max) {
    return `--pool keeps ${warm} sandboxes warm but --pool-max allows ${config.pool_max}: raise --pool-max or lower --pool`;
  }
  if (config.memory_bytes < config.layer_bytes + RUNNER_BYTES) {
    return `--memory-bytes ${config.memory_bytes} is less than a full layer (--layer-bytes ${config.layer_bytes}) and ${RUNNER_BYTES} for the runner: an agent that fills its layer would end the container; raise the former or lower the latter`;
  }
  if (config.fsync && config.trajectories === 'none') {
    return '--fsync has nothing to force with --trajectories none: drop one of them';
  }
  return undefined;
}
