import type { Finding } from '../../docker/engines/finding.ts';
import type { EngineState, Machine } from './machine.ts';

/** All findings, and the engine that `--runtime auto` would use. */
export interface Diagnosis {
  readonly checks: readonly Finding[];
  readonly engine: string | null;
  /** Why this engine, or why none. */
  readonly reason: string;
  /** How it makes a sandbox pristine; `null` if that could not be tried, e.g. before the images are built. */
  readonly isolation: string | null;
  readonly isolationReason: string;
}

const DEFAULT_PORT = 8765;

/** Examine everything that Stepwell needs or can use. */
export async function diagnose(machine: Machine): Promise<Diagnosis> {
  const [engines, ...others] = await Promise.all([
    machine.engines(),
    checkNode(machine),
    checkMariadb(machine),
    checkOverlay(machine),
    checkCgroup(machine),
    checkDatasets(machine),
    checkPort(machine),
  ]);
  const [node, mariadb, overlay, cgroup, datasets, port] = others;
  const needs = engines.flatMap(({ findings }) => findings);
  const checks = [node, ...needs, mariadb, overlay, cgroup, checkImages(engines), datasets, port];
  return { checks, ...(await chooseEngine(machine)) };
}

async function chooseEngine(machine: Machine): Promise<Omit<Diagnosis, 'checks'>> {
  try {
    const { runtime, programs, reason, isolation, isolationReason } = await machine.engine();
    // An engine whose programs come from images cannot be tried before there are any.
    const possible = isolation !== null || programs === 'image';
    if (possible) return { engine: runtime, reason, isolation, isolationReason };
    return { engine: null, reason: isolationReason, isolation, isolationReason };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { engine: null, reason, isolation: null, isolationReason: reason };
  }
}

function checkNode({ nodeVersion }: Machine): Finding {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 12)) return { name: 'Node', status: 'ok', found: nodeVersion };
  return { name: 'Node', status: 'bad', found: nodeVersion, remedy: 'install Node 20.12 or newer' };
}

/** The local engine needs it for `sql-v1` with the dialect `mysql`; a Docker image has its own. */
async function checkMariadb(machine: Machine): Promise<Finding> {
  const name = 'MariaDB';
  const { ok, line } = await machine.run('mariadbd', '--version');
  if (ok) return { name, status: 'ok', found: /\d+\.\d+[^\s]*/.exec(line)?.[0] ?? line };
  return {
    name,
    status: 'warn',
    found: 'not installed: the local engine has no SQL dialect mysql; sqlite and Docker do not need it',
    remedy: 'for that dialect without Docker: `apt-get install mariadb-server`',
  };
}

async function checkOverlay(machine: Machine): Promise<Finding> {
  const name = 'overlay';
  const systems = await machine.read('/proc/filesystems');
  if (systems?.split(/\s+/).includes('overlay')) return { name, status: 'ok', found: 'in the kernel' };
  const remedy =
    'load it with `modprobe overlay`; without it each episode gets a fresh container, which is slower';
  return { name, status: 'warn', found: 'not in /proc/filesystems', remedy };
}

async function checkCgroup(machine: Machine): Promise<Finding> {
  const name = 'cgroup';
  const unified = await machine.read('/sys/fs/cgroup/cgroup.controllers');
  if (unified !== null) return { name, status: 'ok', found: 'version 2' };
  const legacy = await machine.read('/proc/cgroups');
  if (legacy !== null) return { name, status: 'ok', found: 'version 1' };
  return { name, status: 'warn', found: 'none', remedy: 'memory and process limits cannot be set' };
}

function checkImages(engines: readonly EngineState[]): Finding {
  const name = 'images';
  const built = engines.filter(({ images }) => images !== null && images.length > 0);
  if (built.length > 0) {
    const found = built.map(({ name, images }) => `${name}: ${images?.toSorted().join(', ')}`).join('; ');
    return { name, status: 'ok', found };
  }
  if (!engines.some(({ images, programs }) => images !== null && programs === 'image')) {
    return { name, status: 'ok', found: "none built: this machine's own programs are used" };
  }
  return { name, status: 'warn', found: 'none built', remedy: 'run `stepwell images build`' };
}

async function checkDatasets(machine: Machine): Promise<Finding> {
  const names = await machine.folders(`${machine.home}/datasets`);
  const found =
    names.length > 0 ? [...names].sort().join(', ') : 'none imported; the built-in tasks are always there';
  return { name: 'datasets', status: 'ok', found };
}

async function checkPort(machine: Machine): Promise<Finding> {
  const name = `port ${DEFAULT_PORT}`;
  if (await machine.isPortFree(DEFAULT_PORT)) return { name, status: 'ok', found: 'free' };
  return {
    name,
    status: 'warn',
    found: 'taken',
    remedy: 'serve on another one: `stepwell serve --port 8766`',
  };
}
