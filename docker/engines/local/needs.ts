import type { Finding, Look } from '../finding.ts';

/** What the local engine needs besides a Linux with bash. */
export function examineLocal(look: Look): Promise<Finding[]> {
  return Promise.all([python(look), namespaces(look)]);
}

async function python(look: Look): Promise<Finding> {
  const name = 'Python 3';
  const { ok, line } = await look.run('python3', '--version');
  if (!ok) return { name, status: 'bad', found: line, remedy: 'install it, e.g. `apt-get install python3`' };
  return { name, status: 'ok', found: line.replace(/^Python /, '') };
}

/** Whether the kernel's settings allow its containers. */
async function namespaces(look: Look): Promise<Finding> {
  const name = 'user namespaces';
  const most = await look.read('/proc/sys/user/max_user_namespaces');
  const clone = await look.read('/proc/sys/kernel/unprivileged_userns_clone');
  const restricted = await look.read('/proc/sys/kernel/apparmor_restrict_unprivileged_userns');
  if (look.isRoot) return { name, status: 'ok', found: 'not needed: running as root' };
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
