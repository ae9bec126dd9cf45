import type { HarborToml } from './harbor-toml.ts';

/** A part of a task that cannot be played for now. */
export interface Unsupported {
  /** Path in `task.toml`. */
  readonly path: readonly PropertyKey[];
  readonly reason: string;
}

const NOT_YET = 'not supported for now';

type Phase = NonNullable<HarborToml['agent']>;
type Verifier = NonNullable<HarborToml['verifier']>;

/** The first part of a task that cannot be played, so that no task gets a grade that its author did not intend. */
export function unsupportedIn(toml: HarborToml): Unsupported | null {
  return [...inTask(toml)][0] ?? null;
}

function* inTask(toml: HarborToml): Generator<Unsupported> {
  const { environment = {}, agent = {}, verifier = {}, solution = {}, artifacts = [], steps = [] } = toml;
  const at = (key: string) => ['environment', key];
  if (environment.os === 'windows') yield { path: at('os'), reason: `${NOT_YET}: sandboxes run Linux` };
  if ((environment.gpus ?? 0) > 0) yield { path: at('gpus'), reason: `${NOT_YET}: sandboxes have no GPUs` };
  if ((environment.mcp_servers ?? []).length > 0) {
    yield { path: at('mcp_servers'), reason: `${NOT_YET}: an episode has a shell, and no MCP servers` };
  }
  if (environment.healthcheck !== undefined) {
    yield { path: at('healthcheck'), reason: `${NOT_YET}: no service of the image is started` };
  }
  yield* inNetwork(['environment'], environment);
  yield* inVariables(['environment', 'env'], environment.env);
  yield* inNetwork(['agent'], agent);
  yield* inVerifier(['verifier'], verifier);
  yield* inVariables(['solution', 'env'], solution.env);
  yield* inArtifacts(['artifacts'], artifacts);
  for (const [index, step] of steps.entries()) {
    const path = ['steps', index];
    if (step.healthcheck !== undefined) {
      yield { path: [...path, 'healthcheck'], reason: `${NOT_YET}: no service of the image is started` };
    }
    yield* inNetwork([...path, 'agent'], step.agent ?? {});
    const { user = agent.user } = step.agent ?? {};
    if (user !== agent.user) {
      const reason = `${NOT_YET}: one shell plays all steps; set [agent] user for the whole task`;
      yield { path: [...path, 'agent', 'user'], reason };
    }
    yield* inVerifier([...path, 'verifier'], step.verifier ?? {});
    yield* inArtifacts([...path, 'artifacts'], step.artifacts ?? []);
  }
}

function* inVerifier(path: readonly PropertyKey[], verifier: Verifier): Generator<Unsupported> {
  yield* inNetwork(path, verifier);
  yield* inVariables([...path, 'env'], verifier.env);
  if (verifier.environment !== undefined) {
    const reason = `${NOT_YET}: a separate verifier runs in the task's own image`;
    yield { path: [...path, 'environment'], reason };
  }
  for (const [index, { service }] of (verifier.collect ?? []).entries()) {
    const at = [...path, 'collect', index];
    if (!isMain(service)) yield { path: [...at, 'service'], reason: `${NOT_YET}: there is one container` };
  }
}

function* inNetwork(
  path: readonly PropertyKey[],
  { network_mode: mode, allowed_hosts: hosts = [] }: Pick<Phase, 'network_mode' | 'allowed_hosts'>,
): Generator<Unsupported> {
  const reason = `${NOT_YET}: nothing enforces a list of hosts; use no-network, or public`;
  if (mode === 'allowlist') yield { path: [...path, 'network_mode'], reason };
  if (hosts.length > 0) yield { path: [...path, 'allowed_hosts'], reason };
}

function* inVariables(
  path: readonly PropertyKey[],
  variables: Readonly<Record<string, string>> = {},
): Generator<Unsupported> {
  for (const [name, value] of Object.entries(variables)) {
    if (!/\$\{\w+\}/.test(value)) continue;
    yield {
      path: [...path, name],
      reason: `${NOT_YET}: no variable of the host enters a sandbox; give a value, or a default as in \${NAME:-text}`,
    };
  }
}

function* inArtifacts(
  path: readonly PropertyKey[],
  artifacts: NonNullable<HarborToml['artifacts']>,
): Generator<Unsupported> {
  for (const [index, artifact] of artifacts.entries()) {
    if (typeof artifact === 'string' || isMain(artifact.service)) continue;
    yield { path: [...path, index, 'service'], reason: `${NOT_YET}: there is one container` };
  }
}

function isMain(service: string | undefined): boolean {
  return service === undefined || service === 'main';
}
