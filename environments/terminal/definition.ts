import type { Sandbox } from '../../docker/sandbox.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { defineEnvironment } from '../define-environment.ts';
import type { PlayableDataset } from '../playable-dataset.ts';
import { IDLE_TIMEOUT, SESSION_FIELDS } from '../session-schemas.ts';
import { TerminalEpisode } from './episode.ts';
import { imageOf, PLAIN_IMAGE } from './images.ts';
import { enter, placeOf } from './place.ts';
import { Reference } from './reference.ts';
import { refusalOf } from './room.ts';
import { TerminalTask } from './task.ts';
import { readHarborFolder } from './task-folder.ts';
import { trialOf } from './trial.ts';
import { Verifier } from './verifier.ts';

/** A dataset with the images of its tasks. */
interface TerminalDataset extends PlayableDataset<TerminalTask> {
  /** By the task's id. */
  readonly images: ReadonlyMap<string, ReturnType<typeof imageOf>>;
}

/** `terminal-v1`: tasks of Harbor's format. */
export const terminal = defineEnvironment({
  id: 'terminal-v1',
  description: "Terminal tasks in Harbor's format, each in an image of its own, graded by its test script.",
  readme: new URL('./README.md', import.meta.url),
  options: { idle_timeout_ms: IDLE_TIMEOUT },
  observation: SESSION_FIELDS,
  record: TerminalTask,
  image: PLAIN_IMAGE,
  layout: { texts: {}, folders: {}, read: readHarborFolder },
  tasks: new URL('./tasks/', import.meta.url),
  prompt: { first: '{cwd}$', more: '>', until: 'bash' },
  goldOf: ({ gold = ': the task has no solution' }) => gold,
  trialOf,

  served: (dataset): TerminalDataset => ({
    ...dataset,
    images: new Map(dataset.tasks.map((task) => [task.id, imageOf(task)])),
  }),
  imagesOf: ({ images, definition }) => {
    const own = new Map(
      [...images.values()].flatMap((image) => (image === null ? [] : [[image.name, image]])),
    );
    return [...(definition === null ? [] : [definition]), ...own.values()];
  },

  open: ({ sandboxes, defaults, room }) => {
    const verifier = new Verifier(sandboxes);
    const reference = new Reference(sandboxes, verifier, room);
    return {
      plan({ task, dataset, record, options }) {
        for (const step of record.steps) verifier.testsOf(step);
        const { idle_timeout_ms: idleTimeoutMs, max_output_bytes: maxOutputBytes = defaults.maxOutputBytes } =
          options;
        const refusal = refusalOf(record, room);
        if (refusal !== null) throw new ProtocolError('unsupported', refusal);
        const image = dataset.images.get(record.id)?.name ?? dataset.image;
        const begin = async (sandbox: Sandbox) => {
          refuseWithoutLayers(sandbox);
          const { place, durationMs: enteredInMs } = await enter(sandbox, placeOf(sandbox, record, room));
          return new TerminalEpisode({
            ...{ task, record, sandbox, image, place, verifier, reference, enteredInMs },
            defaults: { ...defaults, maxOutputBytes },
            ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
          });
        };
        return { image, begin, try: ({ digest }) => reference.flawOf(record, image, digest) };
      },
    };
  },
});

/** Such an episode could never be graded. */
function refuseWithoutLayers({ isolation }: Sandbox): void {
  if (isolation === 'layer') return;
  throw new ProtocolError(
    'unsupported',
    'Terminal tasks need sandboxes with layer isolation, which this engine does not have.',
  );
}
