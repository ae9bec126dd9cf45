import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../../clients/cli/program.ts';
import { FakeTerminal } from '../cli/fake-terminal.ts';
import { temporaryHome } from '../clients/real-server.ts';
import { localMissing } from '../engines.ts';
import { describeUnless } from '../requirements.ts';

const PAGE = resolve(import.meta.dirname, '../../environments/your-own-dataset.md');
const BLOCK = /^( *)```(\w+) (?:(\S+-v1) )?(\S+\/\S*)\n(.*?)^ *```$/gms;

describeUnless(await localMissing(), 'the page about user-defined datasets', () => {
  let home = '';
  const names = new Map<string, string>();

  beforeAll(async () => {
    home = await temporaryHome();
    for (const [, margin = '', language, environment, place = '', block = ''] of readFileSync(
      PAGE,
      'utf8',
    ).matchAll(BLOCK)) {
      const text = block.replaceAll(new RegExp(`^${margin}`, 'gm'), '');
      const path = join(home, place);
      mkdirSync(dirname(`${path}x`), { recursive: true });
      if (language === 'sh') execFileSync('bash', ['-euc', text], { cwd: path });
      else writeFileSync(path, text);
      const [name = ''] = place.split('/');
      if (environment !== undefined) names.set(name, environment);
    }
  });
  afterAll(() => rmSync(home, { recursive: true }));

  test('has five datasets that can be played, each gold worth 1 and nothing worth less', async () => {
    const added = [...names].map(([name, environment]) => {
      const saysItself = ['dataset.json', 'dataset.toml'].some((file) => existsSync(join(home, name, file)));
      const prefix = saysItself ? '' : `${environment}:`;
      return `${prefix}${name}=${join(home, name)}`;
    });
    const env = { STEPWELL_HOME: home, STEPWELL_DATASET: added.join(',') };
    expect([...names.keys()]).toEqual(['notes', 'sums', 'pets', 'ships', 'numbers']);
    for (const [name, environment] of names) {
      const terminal = new FakeTerminal('', env);
      const exitCode = await run(['tasks', 'check', '--dataset', name, '--runtime', 'local'], terminal);
      expect({ exitCode, complained: terminal.complained, printed: terminal.printed }).toMatchObject({
        exitCode: 0,
        printed: expect.stringMatching(
          new RegExp(`^checked ${name} for ${environment}: (\\d) of \\1 tasks pass`, 'm'),
        ),
      });
    }
  }, 180_000);
});
