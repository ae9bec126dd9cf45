import type { z } from 'zod';
import { ProtocolError } from '../../protocol/errors.ts';
import { clipped, MAX_ISSUES } from './excerpt.ts';

interface ParamIssue {
  readonly field: string;
  readonly code: string;
  readonly message: string;
}

const MAX_FIELD = 200;
const MAX_WORDS = 500;

/** The first `MAX_ISSUES` issues. There may be thousands, one per key. */
function firstIssues({ issues }: z.ZodError): ParamIssue[] {
  const told: ParamIssue[] = [];
  for (const issue of issues) {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : [undefined];
    for (const key of keys) {
      if (told.length === MAX_ISSUES) return told;
      told.push({
        field: clipped([...issue.path, ...(key === undefined ? [] : [key])].join('.'), MAX_FIELD),
        code: issue.code ?? 'invalid',
        message: key === undefined ? clipped(issue.message, MAX_WORDS) : 'unknown field',
      });
    }
  }
  return told;
}

/** The error for params that do not match their schema. It lists the first 20 issues. */
export function invalidParams(error: z.ZodError): ProtocolError {
  const issues = firstIssues(error);
  const summary = issues
    .map(({ field, message }) => (field === '' ? message : `${field}: ${message}`))
    .join('; ');
  return new ProtocolError('invalid_params', summary, { issues });
}

/** The first 20 issues in one line, for a person. */
export function reasonsIn({ issues }: z.ZodError): string {
  return issues
    .slice(0, MAX_ISSUES)
    .map(({ path, message }) => `${clipped(path.join('.'), MAX_FIELD)}: ${clipped(message, MAX_WORDS)}`)
    .join('; ');
}

/** The error for one wrong param. */
export function invalidParam(field: string, message: string, code = 'invalid'): ProtocolError {
  return new ProtocolError('invalid_params', `${field}: ${message}`, { issues: [{ field, code, message }] });
}
