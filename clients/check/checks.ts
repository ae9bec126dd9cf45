import type { Check } from './check.ts';
import { CATALOGUE } from './checks/catalogue.ts';
import { CHEATS } from './checks/cheats.ts';
import { CLEAN_RESET } from './checks/clean-reset.ts';
import { ERRORS } from './checks/errors.ts';
import { EVALUATE } from './checks/evaluate.ts';
import { EVERY_STEP } from './checks/every-step.ts';
import { EXACTLY_ONCE } from './checks/exactly-once.ts';
import { FAILING_CODE } from './checks/failing-code.ts';
import { FORKS } from './checks/forks.ts';
import { GOLD } from './checks/gold.ts';
import { INTERCODE } from './checks/intercode.ts';
import { NO_OP } from './checks/no-op.ts';
import { OBSERVATION } from './checks/observation.ts';
import { OPENENV } from './checks/openenv.ts';
import { OPTIONS } from './checks/options.ts';
import { REPLAY } from './checks/replay.ts';
import { REWARD_RANGE } from './checks/reward-range.ts';
import { SANDBOX_DEATH } from './checks/sandbox-death.ts';
import { SEED } from './checks/seed.ts';
import { TIME } from './checks/time.ts';
import { TURNS } from './checks/turns.ts';
import { WRONG_ANSWERS } from './checks/wrong-answers.ts';

/** The contract of environments, in the order of the checks: the cheap and informative ones first. */
export const CHECKS: readonly Check[] = [
  CATALOGUE,
  OBSERVATION,
  FAILING_CODE,
  ERRORS,
  OPTIONS,
  SEED,
  GOLD,
  NO_OP,
  WRONG_ANSWERS,
  REWARD_RANGE,
  CLEAN_RESET,
  EVALUATE,
  EVERY_STEP,
  TURNS,
  TIME,
  EXACTLY_ONCE,
  FORKS,
  REPLAY,
  INTERCODE,
  OPENENV,
  CHEATS,
  SANDBOX_DEATH,
];
