/**
 * All that an environment outside this source may import, as `stepwell/environment`: the definition, the sandbox port, and
 * functions that turn a run into an observation. Anything else may change without notice.
 * How to write one: `environments/your-own-environment.md`.
 */

export { z } from 'zod';
export { SandboxError, type SandboxErrorCode } from '../docker/errors.ts';
export type { ImageDefinition } from '../docker/image-definition.ts';
export type {
  AcquireOptions,
  ExecRequest,
  FileEntry,
  ImageRef,
  InspectRequest,
  LayerChange,
  LayerDiff,
  ListedFile,
  RunRequest,
  RunResult,
  Sandbox,
  SandboxSource,
} from '../docker/sandbox.ts';
export { ProtocolError } from '../protocol/errors.ts';
export type { Begin, Play, Shown } from './begun-episode.ts';
export { type DefinitionParts, defineEnvironment } from './define-environment.ts';
export {
  type DatasetFields,
  type EnvironmentDefinition,
  type Plan,
  type Player,
  type Prompt,
  type RecordFlaw,
  type Semantics,
  type Start,
  UnplayableError,
} from './definition.ts';
export type {
  ActionOutcome,
  EnvironmentContext,
  EnvironmentEpisode,
  Grade,
  GradeRequest,
  Task,
} from './environment.ts';
export { decodeText, observedRun, outputText } from './output-text.ts';
export type { PlayableDataset, TaskRecord } from './playable-dataset.ts';
export { readTasks } from './read-tasks.ts';
export { IDLE_TIMEOUT, SESSION_FIELDS, TIMED_FIELDS } from './session-schemas.ts';
export type { TaskFolderLayout } from './task-folder.ts';
