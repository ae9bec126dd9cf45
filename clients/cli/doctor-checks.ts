import { NoDockerError } from '../../docker/engines/docker/facts.ts';
import type { Machine } from './machine.ts';

/** One finding of the doctor. */
export interface Check {
  readonly name: string;
  /** `warn`: works, but not at its best; `bad`: missing. */
  readonly status: 'ok' | 'warn' | 'bad';
  readonly found: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** All findings, and the engine that `--runtime auto` would use. */
export interface Diagnosis {
  readonly checks: readonly Check[];
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
  const [node, python, mariadb, namespaces, overlay, cgroup, docker, images, datasets, port] =
    await Promise.all([
      checkNode(machine),
      checkPython(machine),
      checkMariadb(machine),
      checkNamespaces(machine),
      checkOverlay(machine),
      checkCgroup(machine),
      checkDocker(machine),
      checkImages(machine),
      checkDatasets(machine),
      checkPort(machine),
    ]);
  const programs = [node, python, mariadb];
  const checks = [...programs, namespaces, overlay, cgroup, docker, images, datasets, port];
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

function checkNode({ nodeVersion }: Machine): Check {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 12)) return { name: 'Node', status: 'ok', found: nodeVersion };
  return { name: 'Node', status: 'bad', found: nodeVersion, remedy: 'install Node 20.12 or newer' };
}

async function checkPython(machine: Machine): Promise<Check> {
  const name = 'Python 3';
  const { ok, line } = await machine.run('python3', '--version');
  if (!ok) return { name, status: 'bad', found: line, remedy: 'install it, e.g. `apt-get install python3`' };
  return { name, status: 'ok', found: line.replace(/^Python /, '') };
}

/** The local engine needs it for `sql-v1` with the dialect `mysql`; a Docker image has its own. */
async function checkMariadb(machine: Machine): Promise<Check> {
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

/** Whether the kernel's settings allow the local engine's containers. */
export async function checkNamespaces(machine: Machine): Promise<Check> {
  const name = 'user namespaces';
  const most = await machine.read('/proc/sys/user/max_user_namespaces');
  const clone = await machine.read('/proc/sys/kernel/unprivileged_userns_clone');
  const restricted = await machine.read('/proc/sys/kernel/apparmor_restrict_unprivileged_userns');
  if (machine.isRoot) return { name, status: 'ok', found: 'not needed: running as root' };
  if (most === null || Number(most) === 0) {
    const remedy = '`sysctl user.max_user_namespaces=15000` as root, or use Docker';
    return { name, status: 'warn', found: 'switched off', remedy };
  }
  if (clone?.trim() === '0' || restricted?.trim() === '1') {
    const setting =
      clone?.trim() === '0' ? 'unprivileged_userns_clone=1' : 'apparmor_restrict_unprivileged_userns=0';
    const remedy = `\`sysctl kernel.${setting}\` as root, or use Docker`;
    return { name, status: 'warn', found: 'refused to unprivileged users', remedy };
  }
  return { name, status: 'ok', found: 'allowed' };
}

async function checkOverlay(machine: Machine): Promise<Check> {
  const name = 'overlay';
  const systems = await machine.read('/proc/filesystems');
  if (systems?.split(/\s+/).includes('overlay')) return { name, status: 'ok', found: 'in the kernel' };
  const remedy =
    'load it with `modprobe overlay`; without it each episode gets a fresh container, which is slower';
  return { name, status: 'warn', found: 'not in /proc/filesystems', remedy };
}

async function checkCgroup(machine: Machine): Promise<Check> {
  const name = 'cgroup';
  const unified = await machine.read('/sys/fs/cgroup/cgroup.controllers');
  if (unified !== null) return { name, status: 'ok', found: 'version 2' };
  const legacy = await machine.read('/proc/cgroups');
  if (legacy !== null) return { name, status: 'ok', found: 'version 1' };
  return { name, status: 'warn', found: 'none', remedy: 'memory and process limits cannot be set' };
}

async function checkDocker(machine: Machine): Promise<Check> {
  const name = 'Docker engine';
  const remedy = 'a running one gives the best speed; without it the local engine is used';
  try {
    const { version, apiVersion, os, driver, cgroupVersion, isRootless } = await machine.docker();
    const found = `${version} (API ${apiVersion}, ${driver}, cgroup ${cgroupVersion ?? '?'})`;
    if (os !== 'linux') {
      return { name, status: 'bad', found: `${found} for ${os}`, remedy: 'switch it to Linux containers' };
    }
    if (isRootless) {
      const slower =
        'a rootless engine may refuse layers; episodes then get fresh containers, which is slower';
      return { name, status: 'warn', found: `${found}, rootless`, remedy: slower };
    }
    return { name, status: 'ok', found };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    const isForbidden = error instanceof NoDockerError && error.isForbidden;
    return {
      name,
      status: 'bad',
      found,
      remedy: isForbidden ? `add the user to its group, e.g. docker; ${remedy}` : remedy,
    };
  }
}

async function checkImages(machine: Machine): Promise<Check> {
  const name = 'images';
  const known = await machine.images();
  const built = [...known].filter(([, images]) => images.length > 0);
  if (built.length > 0) {
    const found = built.map(([engine, images]) => `${engine}: ${[...images].sort().join(', ')}`).join('; ');
    return { name, status: 'ok', found };
  }
  if (!known.has('docker'))
    return { name, status: 'ok', found: "none built: this machine's own programs are used" };
  return { name, status: 'warn', found: 'none built', remedy: 'run `stepwell images build`' };
}

async function checkDatasets(machine: Machine): Promise<Check> {
  const names = await machine.folders(`${machine.home}/datasets`);
  const found =
    names.length > 0 ? [...names].sort().join(', ') : 'none imported; the built-in tasks are always there';
  return { name: 'datasets', status: 'ok', found };
}

async function checkPort(machine: Machine): Promise<Check> {
  const name = `port ${DEFAULT_PORT}`;
  if (await machine.isPortFree(DEFAULT_PORT)) return { name, status: 'ok', found: 'free' };
  return {
    name,
    status: 'warn',
    found: 'taken',
    remedy: 'serve on another one: `stepwell serve --port 8766`',
  };
}
