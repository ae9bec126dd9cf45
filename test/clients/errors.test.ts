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

test('issues name each refused field', () => {
  const issue = { field: 'action.timeout_ms', code: 'too_big', message: 'at most 600000' };
  const error = remoteError({
    code: -32602,
    message: 'invalid',
    data: { issues: [issue, 'noise', { message: 'x' }] },
  });
  expect(error.issues).toEqual([issue, { field: '', code: 'invalid', message: 'x' }]);
});
