import type { ContainerCreateOptions, MountSettings } from 'dockerode';
import { type Limits, runnersShare, type StartOptions } from '../../engine.ts';
import { controlPath, runnerPath, scratchPath, storePath } from '../../labels.ts';
import type { Isolation } from '../../sandbox.ts';
import { controlSocketName } from '../control-socket.ts';
import { seccompProfile } from './seccomp.ts';

export interface SettingsOptions extends StartOptions {
  readonly name: string;
  /** Digest of the image, so that a rebuild between two calls cannot change what is started. */
  readonly digest: string;
  readonly isolation: Isolation;
  /** Folder of the control socket on the host; `null` for standard input and output. */
  readonly controlFolder: string | null;
  readonly labels: Readonly<Record<string, string>>;
}

/** The engine's settings for a new container. */
export function containerSettings(options: SettingsOptions): ContainerCreateOptions {
  const { limits, controlFolder } = options;
  const attached = controlFolder === null;
  return {
    name: options.name,
    Image: options.digest,
    Cmd: ['python3', '-I', '-S', runnerPath],
    Entrypoint: [],
    User: '0:0',
    WorkingDir: '/',
    Env: environment(options),
    Labels: options.labels,
    ...(hasBareNetwork(options) ? { NetworkDisabled: true } : {}),
    Tty: false,
    OpenStdin: attached,
    // The runner then ends when its server is gone, even after SIGKILL.
    StdinOnce: attached,
    AttachStdin: attached,
    AttachStdout: attached,
    AttachStderr: attached,
    HostConfig: {
      // Without a stream the runner's last output is only in the log.
      LogConfig: attached
        ? { Type: 'none', Config: {} }
        : { Type: 'json-file', Config: { 'max-size': '64k', 'max-file': '1' } },
      NetworkMode: options.network,
      AutoRemove: false,
      Init: false,
      OomScoreAdj: 100,
      Ulimits: [{ Name: 'core', Soft: 0, Hard: 0 }],
      Mounts: mounts(options),
      ...(options.isolation === 'layer' ? layerSettings(limits, options.network) : limitSettings(limits)),
    },
  };
}

/** Folders of the machine that the runner sees; no agent's layer has them. */
function mounts({ controlFolder, store, isolation }: SettingsOptions): MountSettings[] {
  const shown = (source: string, target: string): MountSettings => ({
    Type: 'bind',
    Source: source,
    Target: target,
    ReadOnly: true,
  });
  return [
    ...(controlFolder === null ? [] : [shown(controlFolder, controlPath)]),
    // Without layers the agent would see all images.
    ...(store === undefined || isolation !== 'layer' ? [] : [shown(store, storePath)]),
  ];
}

/**
 * Whether the engine makes an empty network namespace and no more, and the runner the few files that belong to it. For
 * `none` alone, an engine starts itself twice more: half of the processor time of a start.
 */
function hasBareNetwork({ isolation, network }: SettingsOptions): boolean {
  return isolation === 'layer' && network === 'none';
}

/** Rights and resources that the runner needs for layers. The agent's processes get none of them. */
function layerSettings(limits: Limits, network: StartOptions['network']) {
  return {
    ...limitSettings({
      ...limits,
      memoryBytes: limits.memoryBytes + runnersShare.memoryBytes,
      pids: limits.pids + runnersShare.pids,
    }),
    // In a network, the runner makes namespaces without one, for sessions that must have none.
    CapAdd: network === 'none' ? ['SYS_ADMIN'] : ['SYS_ADMIN', 'NET_ADMIN'],
    SecurityOpt: [`seccomp=${seccompProfile()}`, 'apparmor=unconfined', 'label=disable'],
    MaskedPaths: [],
    ReadonlyPaths: [],
  };
}

function limitSettings({ memoryBytes, cpus, pids }: Limits) {
  return {
    Memory: memoryBytes,
    // Equal to memory: no swap.
    MemorySwap: memoryBytes,
    NanoCpus: Math.round(cpus * 1e9),
    PidsLimit: pids,
  };
}

function environment(options: SettingsOptions): string[] {
  const { limits, isolation, controlFolder } = options;
  const settings = [
    `STEPWELL_LAYER_BYTES=${limits.layerBytes}`,
    `STEPWELL_LAYER_INODES=${limits.layerInodes}`,
    `STEPWELL_SCRATCH=${scratchPath}`,
    `STEPWELL_MEMORY_BYTES=${limits.memoryBytes}`,
    `STEPWELL_PIDS=${limits.pids}`,
    `STEPWELL_ISOLATION=${isolation}`,
  ];
  if (hasBareNetwork(options)) settings.push('STEPWELL_BARE_NETWORK=1');
  if (options.store !== undefined) settings.push(`STEPWELL_STORE=${storePath}`);
  if (controlFolder !== null) settings.push(`STEPWELL_SOCKET=${controlPath}/${controlSocketName}`);
  return settings;
}
