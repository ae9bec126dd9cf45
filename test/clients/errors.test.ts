import { describe, expect, test } from 'vitest';
import { REMOTE_ERRORS, RemoteError, remoteError, StepwellError } from '../../clients/typescript/errors.ts';
import { ERRORS, type ErrorName, ProtocolError } from '../../protocol/errors.ts';

describe.each(Object.keys(ERRORS) as ErrorName[])('%s', (name) => {
  const { code, message, data } = new ProtocolError(name, 'what happened', { expected: 4 });
  const error = remoteError(JSON.parse(JSON.stringify({ code, message, data })));

  test('has a class of its own', () => {
    expect(error.constructor).toBe(REMOTE_ERRORS[name]);
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toBeInstanceOf(StepwellError);
    expect(error.name).toBe(REMOTE_ERRORS[name].name);
  });

  test('carries what the table says', () => {
    const { retryable, remedy } = ERRORS[name];
    expect(error).toMatchObject({ code, error: name, message: 'what happened', retryable, remedy });
    expect(error.details.expected).toBe(4);
  });

  test('is complete even without data', () => {
    const { retryable, remedy } = ERRORS[name];
    expect(remoteError({ code, message })).toMatchObject({ error: name, retryable, remedy, issues: [] });
  });
});

test('no two entries share a class', () => {
  expect(new Set(Object.values(REMOTE_ERRORS)).size).toBe(Object.keys(ERRORS).length);
});

test('a code of a newer server stays a RemoteError', () => {
  const error = remoteError({ code: -32999, message: 'new', data: { retryable: true, remedy: 'Wait.' } });
  expect(error.constructor).toBe(RemoteError);
  expect(error).toMatchObject({ code: -32999, error: 'unknown', retryable: true, remedy: 'Wait.' });
});

test('issues are read whether their path is text or a list', () => {
  const issues = [{ path: ['action', 'timeout_ms'], message: 'a' }, { path: 'task', message: 'b' }, 'noise'];
  const error = remoteError({ code: -32602, message: 'invalid', data: { issues } });
  expect(error.issues).toEqual([
    { path: 'action.timeout_ms', message: 'a' },
    { path: 'task', message: 'b' },
  ]);
});
