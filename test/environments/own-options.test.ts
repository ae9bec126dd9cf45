import { describe, expect, it } from 'vitest';
import { hasOption, refuseForeignOptions } from '../../environments/own-options.ts';
import { ProtocolError } from '../../protocol/errors.ts';

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
    const error = refusal(() => refuseForeignOptions('bash-v1', { task: 0, dialect: 'mysql' }));
    expect(error.error).toBe('invalid_params');
    expect(error.message).toMatch(/dialect.*sql-v1/);
    expect(error.data).toMatchObject({ environments: ['sql-v1'], issues: [{ field: 'dialect' }] });
  });

  it('is refused for a value that is another environment’s', () => {
    const error = refusal(() => refuseForeignOptions('sql-v1', { scoring: 'tests' }));
    expect(error.message).toMatch(/scoring.*execution_match/);
  });

  it('passes where the environment has it', () => {
    refuseForeignOptions('sql-v1', { dialect: 'sqlite', scoring: 'composite', weights: { format: 1 } });
    refuseForeignOptions('python-v1', { tests: 'names', feedback: false, scoring: 'efficiency' });
    refuseForeignOptions('bash-v1', { task: 'x', max_turns: 3, idle_timeout_ms: 5 });
    expect(hasOption('bash-v1', 'task')).toBe(true);
    expect(hasOption('sql-v1', 'idle_timeout_ms')).toBe(false);
  });
});
