import { describe, expect, it } from 'vitest';
import { HeldBack } from '../../../environments/terminal/held-back.ts';
import { layerChange } from '../fake-sandbox.ts';

const place = {
  workdir: '/app',
  env: { PATH: '/opt/venv/bin:/app/bin:/usr/bin' },
  user: 'me',
  home: '/home/me',
  limits: null,
  isApart: false,
  room: undefined,
};
const paths = (
  agent: readonly string[],
  gold: readonly string[] = [],
  kind: 'added' | 'modified' = 'added',
) =>
  new HeldBack(place)
    .carried(
      agent.map((path) => layerChange(path, { kind })),
      gold.map((path) => layerChange(path)),
    )
    .map(({ path }) => path);

describe('a verifier', () => {
  it('gets the work, wherever it is', () => {
    const work = ['/app/a', '/srv/b', '/tmp/c', '/etc/hosts', '/home/me/d', '/usrlocal'];
    expect(paths(work)).toEqual(work);
  });

  it('gets no programs of the agent, no settings of its own programs, and nothing that Python loads by itself', () => {
    const programs = ['/usr/bin/python3', '/bin', '/lib/x.so', '/etc/ld.so.preload', '/etc/profile.d/a.sh'];
    expect(paths(programs)).toEqual([]);
    expect(paths(['/home/me/.bashrc', '/home/me/.local/bin/pytest', '/opt/venv/lib/a.py'])).toEqual([]);
    expect(paths(['/pyproject.toml', '/app/pyproject.toml'])).toEqual(['/app/pyproject.toml']);
    expect(paths(['/app/conftest.py', '/pytest.ini', '/app/sitecustomize.py', '/srv/a.pth'])).toEqual([]);
  });

  it('never gets tests or rewards', () => {
    const never = ['/tests/test.sh', '/tests', '/logs/verifier/reward.txt'];
    expect(paths(never, never)).toEqual([]);
  });

  it('gets what the solution changes, too, and other new files in the same folder of programs', () => {
    expect(paths(['/app/conftest.py', '/app/b/conftest.py'], ['/app/conftest.py'])).toEqual([
      '/app/conftest.py',
    ]);
    expect(paths(['/usr/local/bin/tool', '/opt/venv/x'], ['/usr/local/bin/greet'])).toEqual([
      '/usr/local/bin/tool',
    ]);
    expect(paths(['/usr/bin/python3'], ['/usr/local/bin/greet'], 'modified')).toEqual([]);
  });
});
