import type { Sandbox } from '../../docker/sandbox.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { defineEnvironment } from '../define-environment.ts';
import { IDLE_TIMEOUT, SESSION_FIELDS } from '../session-schemas.ts';
import { IntercodeEpisode } from './intercode-episode.ts';
import { cleanRoot, intercodeGoldSource } from './intercode-gold.ts';
import { NativeEpisode } from './native-episode.ts';
import { nativeGold } from './native-gold.ts';
import { BashTaskRecord } from './task.ts';
import { goldCode, placeTask } from './task-placement.ts';

/** `bash-v1`: tasks for a shell. */
export const bash = defineEnvironment({
  id: 'bash-v1',
  description: 'Bash tasks in a sandbox, graded by the output and the changed files.',
  readme: new URL('./README.md', import.meta.url),
  semantics: ['native', 'intercode'],
  options: { idle_timeout_ms: IDLE_TIMEOUT },
  observation: SESSION_FIELDS,
  record: BashTaskRecord,
  image: 'bash',
  layout: {
    texts: { gold: 'solution/solve.sh', setup: 'environment/setup.sh' },
    folders: { wrong: 'wrong' },
  },
  tasks: new URL('./tasks/', import.meta.url),
  prompt: { first: '{cwd}$', more: '>', until: 'bash' },
  goldOf: ({ gold }) => (typeof gold === 'string' ? gold : goldCode(gold)),

  open: ({ sandboxes, goldCache: cache, defaults }) => ({
    plan({ task, dataset, record, options }) {
      const { idle_timeout_ms: idleTimeoutMs, max_output_bytes: maxOutputBytes = defaults.maxOutputBytes } =
        options;
      const intercode = options.semantics === 'intercode';
      const repository = { gitAtRoot: dataset.definition?.gitAtRoot ?? false };
      const wanted = { sandboxes, cache, dataset: dataset.name, record };
      const gold = nativeGold(wanted);
      const begin = async (sandbox: Sandbox) => {
        if (intercode && repository.gitAtRoot) refuseWithoutLayers(sandbox);
        const placedInMs = await placeTask(sandbox, record);
        if (!intercode) {
          return new NativeEpisode({
            task,
            sandbox,
            gold,
            defaults: { ...defaults, maxOutputBytes },
            ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
            placedInMs,
          });
        }
        if (repository.gitAtRoot) await cleanRoot(sandbox);
        return new IntercodeEpisode({
          task,
          sandbox,
          gold: intercodeGoldSource({ ...wanted, ...repository }),
          ...repository,
          workdir: record.cwd ?? '/',
          maxOutputBytes,
          placedInMs,
        });
      };
      return { image: dataset.image, begin, try: async (image) => (await gold(image)).ungradable };
    },
  }),
});

/** Such an episode could never be graded. */
function refuseWithoutLayers({ isolation }: Sandbox): void {
  if (isolation === 'layer') return;
  throw new ProtocolError(
    'unsupported',
    'InterCode semantics over a repository need sandboxes with layer isolation, which this engine does not have.',
  );
}
