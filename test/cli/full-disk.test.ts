import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { localMissing } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import { stepwellProgram } from '../stepwell.ts';
import { temporaryFolder } from '../temporary-folder.ts';

// Its mounts need the namespaces that the local engine needs.
describeUnless(await localMissing(), 'a full disk', () => {
  const folder = temporaryFolder();

  /** Run `stepwell` with `$DISK` on a disk of this size, then list what is on it. */
  function onDisk(size: string, ...argv: string[]) {
    const script = `mount -t tmpfs -o size=${size} none "$DISK"
      "$NODE" "$STEPWELL" "$@"; echo "status $?"; cd "$DISK" && find . -mindepth 1 | sort`;
    const env = {
      ...process.env,
      DISK: join(folder(), 'disk'),
      STEPWELL_HOME: join(folder(), 'disk'),
      NODE: process.execPath,
      STEPWELL: stepwellProgram(),
    };
    const unshare = ['--user', '--map-root-user', '--mount', 'bash', '-c', script, 'bash', ...argv];
    const { stdout, stderr } = spawnSync('unshare', unshare, { env, encoding: 'utf8' });
    return { printed: stdout, complained: stderr };
  }

  test('leaves no half-written task', { timeout: 60_000 }, async () => {
    await mkdir(join(folder(), 'disk'));
    const { printed, complained } = onDisk('16k', 'tasks', 'new', join(folder(), 'disk/mine'));
    expect(complained).toMatch(/^stepwell: .*no space left/im);
    expect(printed).toMatch(/^status [12]\n$/);
  });

  test('leaves no half-imported dataset', { timeout: 60_000 }, async () => {
    await mkdir(join(folder(), 'disk'));
    const files = {
      'task.toml': 'schema_version = "1.4"\n',
      'instruction.md': 'Do it.\n',
      'tests/test.sh': 'echo 1 > /logs/verifier/reward.txt\n',
      'tests/data': 'x'.repeat(1_000_000),
    };
    for (const [file, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder(), 'tasks/one', file)), { recursive: true });
      await writeFile(join(folder(), 'tasks/one', file), text);
    }
    const { printed, complained } = onDisk('256k', 'import', 'harbor', join(folder(), 'tasks'));
    expect(complained).toMatch(/^stepwell: .*no space left/im);
    expect(printed).toMatch(/^status [12]\n\.\/datasets\n$/);
  });
});
