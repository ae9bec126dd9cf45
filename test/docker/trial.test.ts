import { expect, it } from 'vitest';
import { tryOut } from '../../docker/trial.ts';
import { FakeContainer, RUN_FIELDS } from './fake-engine.ts';

it('a trial finds a container in which no program starts beside the session', async () => {
  const works = new FakeContainer('works', 'bash', 'layer');
  works.runner.answer('exec', () => ({ fields: RUN_FIELDS }));
  works.runner.hello('layer');
  await tryOut(works, 10_000);
  const fails = new FakeContainer('fails', 'bash', 'layer');
  const payload = Buffer.from('bwrap: not permitted');
  fails.runner.answer('exec', () => ({ fields: { ...RUN_FIELDS, exit_code: 1 }, payload }));
  fails.runner.hello('layer');
  await expect(tryOut(fails, 10_000)).rejects.toThrow('bwrap: not permitted');
});
