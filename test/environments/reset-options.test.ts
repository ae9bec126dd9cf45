import { describe, expect, it } from 'vitest';
import { DEFINITIONS } from '../../environments/registry.ts';
import { ResetOptionSet } from '../../environments/reset-options.ts';
import { ProtocolError } from '../../protocol/errors.ts';

const set = new ResetOptionSet(DEFINITIONS);

function refusal(attempt: () => unknown): ProtocolError {
  try {
    attempt();
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('an option that an environment does not have', () => {
  it('is refused by its name, with those who have it', () => {
    const error = refusal(() => set.refuseForeign('bash-v1', { task: 0, dialect: 'mysql' }));
    expect(error.error).toBe('invalid_params');
    expect(error.message).toMatch(/dialect.*sql-v1/);
    expect(error.data).toMatchObject({ environments: ['sql-v1'], issues: [{ field: 'dialect' }] });
  });

  it('is refused for a value that is another environment’s', () => {
    const error = refusal(() => set.refuseForeign('sql-v1', { scoring: 'tests' }));
    expect(error.message).toMatch(/scoring.*execution_match/);
  });

  it('passes where the environment has it', () => {
    set.refuseForeign('sql-v1', { dialect: 'sqlite', scoring: 'composite', weights: { format: 1 } });
    set.refuseForeign('python-v1', { tests: 'names', feedback: false, scoring: 'efficiency' });
    set.refuseForeign('bash-v1', { task: 'x', max_turns: 3, idle_timeout_ms: 5 });
    expect(set.ownersOf('task')).toBeNull();
    expect(set.ownersOf('idle_timeout_ms')).toEqual(['bash-v1', 'python-v1', 'terminal-v1']);
  });
});
