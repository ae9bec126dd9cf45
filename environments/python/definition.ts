import { z } from 'zod';
import { SandboxError } from '../../docker/errors.ts';
import type { Sandbox } from '../../docker/sandbox.ts';
import { defineEnvironment } from '../define-environment.ts';
import type { Plan, Start } from '../definition.ts';
import { decodeText } from '../output-text.ts';
import type { PlayableDataset } from '../playable-dataset.ts';
import { SESSION_FIELDS } from '../session-schemas.ts';
import { GoldUsage } from './efficiency.ts';
import { IntercodeEpisode } from './intercode-episode.ts';
import { PythonJudge } from './judge.ts';
import { NativeEpisode } from './native-episode.ts';
import { PYTHON_OPTIONS } from './options.ts';
import { Rewards } from './rewards.ts';
import { PythonTaskRecord } from './task.ts';

type PythonDataset = PlayableDataset<PythonTaskRecord>;

type PythonStart = Start<typeof PYTHON_OPTIONS, PythonDataset>;

const SETUP = { timeoutMs: 60_000, maxOutputBytes: 16_384 } as const;

/** `python-v1`: tasks for a Python interpreter. */
export const python = defineEnvironment({
  id: 'python-v1',
  description: 'Python tasks in a persistent interpreter, graded by tests in another one.',
  readme: new URL('./README.md', import.meta.url),
  semantics: ['native', 'intercode'],
  options: PYTHON_OPTIONS,
  observation: {
    ...SESSION_FIELDS,
    feedback: z.string().optional().describe('Which check failed and why, if the reset asked for it.'),
  },
  record: PythonTaskRecord,
  image: 'python',
  layout: {
    texts: { gold: 'solution/solution.py', setup: 'environment/setup.py', grade: 'tests/grade.py' },
    folders: { wrong: 'wrong', cheats: 'cheats' },
    lists: { tests: 'tests/tests' },
  },
  tasks: new URL('./tasks/', import.meta.url),
  prompt: { first: '>>>', more: '...', until: 'python' },
  // As a step, a program would wait for its input; a task with an entry has none.
  goldAs: ({ entry }) => (entry === undefined ? 'answer' : 'step'),
  goldOf: ({ gold }) => gold,
  namesOf: solutionNames,

  open: ({ sandboxes, defaults: given }) => {
    const judge = new PythonJudge(sandboxes);
    const goldUsage = new GoldUsage(judge);
    const plan = ({ task, dataset, record, options }: PythonStart): Plan => {
      const { max_output_bytes: maxOutputBytes = given.maxOutputBytes } = options;
      const defaults = { ...given, maxOutputBytes };
      const rewards = new Rewards({ judge, goldUsage, dataset: dataset.name, record, options });
      const begin = async (sandbox: Sandbox) => {
        const placedInMs = await runSetup(sandbox, record);
        const parts = { task, sandbox, record, rewards, placedInMs, defaults };
        if (options.semantics === 'intercode') return new IntercodeEpisode(parts);
        const { idle_timeout_ms: idleTimeoutMs } = options;
        return new NativeEpisode({ ...parts, ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }) });
      };
      return { image: dataset.image, begin };
    };
    return { plan };
  },
});

const DEFINITION = /^(?:async\s+)?(?:def|class)\s+([\p{L}_][\p{L}\p{N}_]*)/gmu;
const IDENTIFIER = /^[\p{L}_][\p{L}\p{N}_]*$/u;

/** Names that tests may use, as the gold defines them, the entry first. */
function solutionNames({ gold, entry }: PythonTaskRecord): string[] {
  const defined = [...gold.matchAll(DEFINITION)].flatMap(([, name]) => (name === undefined ? [] : [name]));
  const called = entry !== undefined && IDENTIFIER.test(entry) ? [entry] : [];
  return [...new Set([...called, ...defined])];
}

/** @returns time in the sandbox, in milliseconds */
async function runSetup(sandbox: Sandbox, { id, setup }: PythonTaskRecord): Promise<number> {
  if (setup === undefined || setup.trim() === '') return 0;
  const result = await sandbox.run({ code: setup, ...SETUP });
  if (result.exitCode === 0 && !result.timedOut) return result.durationMs;
  const said = decodeText(result.output).trim();
  throw new SandboxError('runner_fault', `The setup of task ${id} ended with ${result.exitCode}: ${said}`);
}
