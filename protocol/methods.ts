import type { z } from 'zod';
import {
  EnvironmentsListParams,
  EnvironmentsListResult,
  InitializeParams,
  InitializeResult,
  TasksListParams,
  TasksListResult,
  TasksReloadParams,
  TasksReloadResult,
} from './environment.ts';
import {
  CloseParams,
  CloseResult,
  EpisodeState,
  EvaluateParams,
  EvaluateResult,
  ResetParams,
  ResetResult,
  ResumeParams,
  ResumeResult,
  StateParams,
  StepParams,
  StepResult,
} from './episode.ts';
import { ForkParams, ForkResult, UndoParams, UndoResult } from './fork.ts';
import { ResetManyParams, ResetManyResult, StepManyParams, StepManyResult } from './many.ts';
import {
  EpisodesListParams,
  EpisodesListResult,
  TasksReadParams,
  TasksReadResult,
  TrajectoriesChangesParams,
  TrajectoriesChangesResult,
  TrajectoriesForkParams,
  TrajectoriesListParams,
  TrajectoriesListResult,
  TrajectoriesReadParams,
  TrajectoriesReadResult,
  TrajectoriesStatsParams,
  TrajectoriesStatsResult,
} from './operator.ts';
import { ServerState, ServerStateParams } from './server-state.ts';
import { UnwatchParams, UnwatchResult, WatchParams, WatchResult } from './watch.ts';

/** Every method of `/v1` with the schemas of its params and result. */
export const METHODS = {
  initialize: { params: InitializeParams, result: InitializeResult },
  'server/state': { params: ServerStateParams, result: ServerState },
  'environments/list': { params: EnvironmentsListParams, result: EnvironmentsListResult },
  'tasks/list': { params: TasksListParams, result: TasksListResult },
  'tasks/reload': { params: TasksReloadParams, result: TasksReloadResult },
  'episode/reset': { params: ResetParams, result: ResetResult },
  'episode/reset_many': { params: ResetManyParams, result: ResetManyResult },
  'episode/step': { params: StepParams, result: StepResult },
  'episode/step_many': { params: StepManyParams, result: StepManyResult },
  'episode/evaluate': { params: EvaluateParams, result: EvaluateResult },
  'episode/state': { params: StateParams, result: EpisodeState },
  'episode/resume': { params: ResumeParams, result: ResumeResult },
  'episode/fork': { params: ForkParams, result: ForkResult },
  'episode/undo': { params: UndoParams, result: UndoResult },
  'episode/close': { params: CloseParams, result: CloseResult },
  'server/watch': { params: WatchParams, result: WatchResult },
  'server/unwatch': { params: UnwatchParams, result: UnwatchResult },
  'episodes/list': { params: EpisodesListParams, result: EpisodesListResult },
  'tasks/read': { params: TasksReadParams, result: TasksReadResult },
  'trajectories/changes': { params: TrajectoriesChangesParams, result: TrajectoriesChangesResult },
  'trajectories/fork': { params: TrajectoriesForkParams, result: ForkResult },
  'trajectories/list': { params: TrajectoriesListParams, result: TrajectoriesListResult },
  'trajectories/read': { params: TrajectoriesReadParams, result: TrajectoriesReadResult },
  'trajectories/stats': { params: TrajectoriesStatsParams, result: TrajectoriesStatsResult },
} as const;

export type MethodName = keyof typeof METHODS;
export type Params<M extends MethodName> = z.infer<(typeof METHODS)[M]['params']>;
export type Result<M extends MethodName> = z.infer<(typeof METHODS)[M]['result']>;
