/**
 * What the package exports as `stepwell/client`: the client, its errors, and the types of what it takes and returns.
 */
export type { Action } from '../../protocol/action.ts';
export type { EnvironmentInfo } from '../../protocol/environment.ts';
export type { Observation, ResetOptions, ResetResult, StepResult } from '../../protocol/episode.ts';
export type { Failure } from '../../protocol/failure.ts';
export type { MethodName, Params, Result } from '../../protocol/methods.ts';
export {
  AbortedError,
  ConnectError,
  ConnectionLostError,
  DeadlineError,
  EpisodeLostError,
  InterruptedError,
  MalformedResultError,
  OverloadedError,
  UnansweredError,
} from './call-errors.ts';
export { StepwellClient } from './client.ts';
export type { ClientOptions } from './client-options.ts';
export { type ClusterOptions, type ClusterServer, StepwellCluster } from './cluster/cluster.ts';
export { NoServerError, ServersDifferError } from './cluster/errors.ts';
export type { ClusterResetManyOptions, Member } from './cluster/group.ts';
export type { Episode, StepOptions } from './episode.ts';
export {
  AnswerTooLargeError,
  CapacityError,
  DatasetInvalidError,
  DatasetNotFoundError,
  EnvironmentNotFoundError,
  EpisodeExistsError,
  EpisodeNotFoundError,
  EpisodeOverError,
  ImageFailedError,
  InternalError,
  InvalidParamsError,
  InvalidRequestError,
  type Issue,
  MethodNotFoundError,
  ParseError,
  RemoteError,
  SandboxUnavailableError,
  ShuttingDownError,
  StepMismatchError,
  StepOutOfOrderError,
  StepwellError,
  TaskNotFoundError,
  TaskUngradableError,
  TrajectoryNotFoundError,
  UnauthorizedError,
  UnsupportedError,
  VersionMismatchError,
} from './errors.ts';
export type { CallOptions } from './pending-call.ts';
export type { Opened, ResetManyOptions } from './reset-many.ts';
export type { QueuePlace, ResetCallOptions } from './reset-wait.ts';
export type { StepOutcome, StepRequest } from './step-many.ts';
