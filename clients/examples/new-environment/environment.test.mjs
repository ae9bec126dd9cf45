// Run by `node --test` in the clone or project that has Stepwell. `STEPWELL` names another command.
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

const [command, ...first] = (process.env.STEPWELL ?? 'npx --no-install stepwell').split(' ');

test('every gold gets the full reward, and doing nothing gets none', () => {
  const folder = import.meta.dirname ?? new URL('.', import.meta.url).pathname;
  execFileSync(command, [...first, 'tasks', 'check', '--environment', folder], { stdio: 'inherit' });
});
