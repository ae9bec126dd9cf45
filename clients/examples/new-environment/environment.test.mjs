// Run by `node --test`. `STEPWELL` names the command, e.g. `npx stepwell`.
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

const [command, ...first] = (process.env.STEPWELL ?? 'npx stepwell').split(' ');

test('every gold gets the full reward, and doing nothing gets none', () => {
  const folder = import.meta.dirname ?? new URL('.', import.meta.url).pathname;
  execFileSync(command, [...first, 'tasks', 'check', '--environment', folder], { stdio: 'inherit' });
});
