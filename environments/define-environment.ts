import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { ImageDefinition } from '../docker/image-definition.ts';
import { type Begin, type Play, simplePlayer } from './begun-episode.ts';
import { DatasetError } from './dataset-error.ts';
import { datasetHeadSchema } from './dataset-file.ts';
import { openDatasetFolder, tasksOf } from './dataset-folder.ts';
import type { DatasetFields, EnvironmentDefinition, Shape } from './definition.ts';
import { formFault, GivenParts, type WithDefaults } from './definition-schema.ts';
import type { EnvironmentContext } from './environment.ts';
import type { PlayableDataset, TaskRecord } from './playable-dataset.ts';

type Optional<T, K extends keyof T> = Omit<T, K> & Partial<Pick<T, K>>;

/** What `defineEnvironment` takes: tasks or a whole dataset (`builtIn`), and `begin` or `open`. */
export interface DefinitionParts<S extends Shape, R extends TaskRecord, D extends PlayableDataset<TaskRecord>>
  extends Omit<Optional<EnvironmentDefinition<S, R, D>, WithDefaults>, 'image'> {
  /** The image of its tasks and of plain lists of records: its own image, or the name of a built-in one. */
  readonly image: string | ImageDefinition;
  /**
   * Its tasks, in their order: an index means the same task on every machine. They become the dataset `built-in`. A folder of
   * tasks is a `file:` URL; it has the layout of a user's dataset.
   */
  readonly tasks?: readonly R[] | URL;
  /** Begin an episode, for an environment without `open`. The sandbox is released if it throws. */
  begin?(start: Begin<S, D>): Promise<Play>;
}

const SEMANTICS_TEXT =
  "`native`, or `intercode` for InterCode's answers, quirks included. Default: `native`.";

/**
 * Completes an environment's definition. Defaults: one semantics (`native`), only the common options and fields of
 * observations and datasets, datasets played as they are loaded, golds played as steps and rewarded with 1. The gold of a
 * task's folder is `solution/solve.sh`.
 * @throws {TypeError} with the first part that is unknown, missing or not of its form
 * @throws {DatasetError} if a task of its folder is invalid
 */
export function defineEnvironment<
  const S extends Shape,
  R extends TaskRecord,
  D extends PlayableDataset<TaskRecord> = PlayableDataset<R>,
>(parts: DefinitionParts<S, R, D>): EnvironmentDefinition<S, R, D> {
  const fault = formFault(GivenParts, parts);
  if (fault !== null) throw new TypeError(fault);
  const { image: given, tasks, begin, builtIn, open, ...rest } = withoutUndefined(parts);
  const { semantics = ['native'], images = [] } = rest;
  const ownImage = typeof given === 'string' ? null : given;
  const image = typeof given === 'string' ? given : given.name;
  if (tasks === undefined && builtIn === undefined)
    throw new TypeError('it has neither `tasks` nor `builtIn`');
  const opened =
    open ??
    (begin && ((context: EnvironmentContext) => simplePlayer<S, D>((start) => begin(start), context)));
  if (opened === undefined) throw new TypeError('it has neither `begin` nor `open`');
  const definition = {
    observation: {},
    datasetFields: {},
    layout: { texts: { gold: 'solution/solve.sh' }, folders: {} },
    shared: () => ({}),
    fieldsOf: () => ({}),
    // Without its own `served`, a definition plays datasets as they are, and D is the default.
    served: (dataset: PlayableDataset<R>) => dataset as unknown as D,
    imagesOf: ({ definition }: D) => (definition === null ? [] : [definition]),
    flawOf: async () => null,
    goldAs: () => 'step' as const,
    goldReward: () => 1,
    trialOf: () => ({}),
    namesOf: () => [],
    prompt: { first: '>', more: '...', until: 'line' as const },
    ...rest,
    image,
    images: ownImage === null ? images : [ownImage, ...images],
    open: opened,
    semantics,
    options: {
      semantics: z.enum(semantics).optional().describe(SEMANTICS_TEXT),
      ...parts.options,
    } as unknown as S,
  };
  return { ...definition, builtIn: builtIn ?? definition.served(datasetOf(tasks ?? [], definition)) };
}

/** A part that is `undefined` has its default. */
function withoutUndefined<T extends object>(parts: T): T {
  return Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined)) as T;
}

type Filed<S extends Shape, R extends TaskRecord> = Pick<
  EnvironmentDefinition<S, R>,
  'id' | 'image' | 'record' | 'datasetFields' | 'layout' | 'shared' | 'fieldsOf'
>;

/** The dataset `built-in` of these tasks. */
function datasetOf<S extends Shape, R extends TaskRecord>(
  tasks: readonly R[] | URL,
  definition: Filed<S, R>,
): PlayableDataset<R> & DatasetFields {
  const { image: ownImage } = definition;
  const common = { name: 'built-in', image: ownImage, definition: null, checked: true };
  if (!(tasks instanceof URL)) return { ...common, tasks };
  const folder = openDatasetFolder(fileURLToPath(tasks), datasetHeadSchema([definition]));
  const { format, environment, image, check, order, ...fields } = folder.head ?? {};
  if (image !== undefined) {
    throw new DatasetError({ file: folder.file, field: 'image' }, 'set the image in the definition instead');
  }
  const folders = folder.parts.map((part) => part.folder);
  return { ...fields, ...definition.fieldsOf(folders), ...common, tasks: tasksOf(folder, definition) };
}
