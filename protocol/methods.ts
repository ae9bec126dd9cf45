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

/** Every method of `/v1` with the schemas of its params and result. */
export const METHODS = {
  initialize: { params: InitializeParams, result: InitializeResult },
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
} as const;

export type MethodName = keyof typeof METHODS;
export type Params<M extends MethodName> = z.infer<(typeof METHODS)[M]['params']>;
export type Result<M extends MethodName> = z.infer<(typeof METHODS)[M]['result']>;
