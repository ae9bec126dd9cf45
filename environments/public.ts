/**
 * What the package exports as `stepwell/environment`: the types that an environment implements, the sandbox port, and
 * the two errors that an environment throws.
 */
export { SandboxError, type SandboxErrorCode } from '../docker/errors.ts';
export type {
  AcquireOptions,
  ImageDefinition,
  ImageRef,
  Sandbox,
  SandboxSource,
  Session,
} from '../docker/sandbox.ts';
export type { ActionObject } from '../protocol/action.ts';
export type { EnvironmentInfo } from '../protocol/environment.ts';
export type { Observation, ResetOptions } from '../protocol/episode.ts';
export { type ErrorName, ProtocolError } from '../protocol/errors.ts';
export type {
  ActionOutcome,
  Environment,
  EnvironmentContext,
  EnvironmentEpisode,
  EpisodeDefaults,
  Grade,
  Task,
} from './environment.ts';
