import { z } from 'zod';
import { parseCheat } from '../../clients/cheats/cheat-script.ts';
import { CHECKS } from '../../clients/check/checks.ts';
import { Samples } from '../../clients/check/samples.ts';
import type { CheckedServer, CheckedTask, Subject } from '../../clients/check/subject.ts';
import { type Verdict, verdictOf } from '../../clients/check/verdict.ts';
import { StepwellClient } from '../../clients/typescript/client.ts';
import { FakeEnvironment } from '../server/fake-environment.ts';
import { startTestServer } from '../server/test-server.ts';
import { type Defect, SmallEnvironment } from './small-environment.ts';

const SAMPLES: Samples = Samples.parse({
  show: { code: 'echo 42', shown: '42' },
  fail: 'false',
  count: { begin: 'count from 0', add: 'count up', show: 'count', one: '^1$' },
});

export const TASKS: readonly CheckedTask[] = [0, 1].map((index) => ({
  id: `task-${index}`,
  index,
  names: [],
  anotherGold: null,
  as: 'step',
  gold: 'echo gold',
  goldReward: 1,
  wrong: ['echo silver'],
  cheats: ['echo shiny'],
}));

/** One beside it, with an option of its own. */
class OtherEnvironment extends FakeEnvironment {
  override readonly options = {
    ...new FakeEnvironment().options,
    mood: z.enum(['good', 'bad']).optional().describe('What it is like.'),
  };
}

/** Make one check on the small environment with a defect, or without one. */
export async function checked(
  name: string,
  defect: Defect | null = null,
  more: Partial<Subject> = {},
  serverMore: Partial<CheckedServer> = {},
  environment = new SmallEnvironment(defect),
): Promise<Verdict> {
  const check = CHECKS.find((one) => one.name === name);
  if (check === undefined) throw new Error(`there is no check ${name}`);
  const server = await startTestServer([environment, new OtherEnvironment('other-v1')]);
  try {
    await using client = await StepwellClient.connect(server.url, { strict: true });
    const { url, trajectories } = server;
    return await verdictOf(check, {
      client,
      server: { url, trajectories, killSandboxes: async () => environment.kill(), ...serverMore },
      environment: environment.id,
      dataset: 'built-in',
      options: {},
      tasks: TASKS,
      seed: 0,
      samples: SAMPLES,
      cheats: [parseCheat('guess.sh', '# cheat: guesses\n# scores: = no-op\n\necho bronze\n')],
      ...more,
    });
  } finally {
    await server.close();
  }
}
