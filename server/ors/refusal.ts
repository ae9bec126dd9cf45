import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { ProtocolError } from '../../protocol/errors.ts';
import { statusOfError } from '../connection/http-answers.ts';
import { failureOfReset } from '../fronts/told-failure.ts';
import { JsonError, parseJson } from '../json/bounded-json.ts';
import { clipped } from '../json/excerpt.ts';
import { reasonsIn } from '../json/param-issues.ts';
import { StillStarting } from './session.ts';

/** Seconds after which a client asks again for an episode that has not begun. */
const ASK_AGAIN_S = '2';

/** An answer other than a result; `detail` is what ORS's client tells. */
export class OrsRefusal extends Error {
  override readonly name = 'OrsRefusal';
  readonly status: number;

  constructor(status: number, message: string) {
    super(clipped(message));
    this.status = status;
  }
}

/** The body of a request. @throws {OrsRefusal} */
export function parsed<S extends z.ZodType>(schema: S, { body }: FastifyRequest): z.infer<S> {
  let value: unknown;
  try {
    value = typeof body === 'string' && body !== '' ? parseJson(body) : {};
  } catch (error) {
    throw error instanceof JsonError ? new OrsRefusal(422, `Invalid JSON: ${error.message}`) : error;
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new OrsRefusal(422, reasonsIn(result.error));
}

/** Answer with an error. */
export function refuse(error: unknown, reply: FastifyReply, log: Logger): FastifyReply {
  if (error instanceof StillStarting) {
    reply.code(503).header('x-backend-state', 'starting').header('retry-after', ASK_AGAIN_S);
    return reply.send({ detail: error.message });
  }
  if (error instanceof OrsRefusal) return reply.code(error.status).send({ detail: error.message });
  if (error instanceof ProtocolError) {
    const failure = failureOfReset(error);
    const detail = clipped(failure === undefined ? error.message : `${error.message} (${failure.code})`);
    const refused = error.error === 'environment_not_found' ? 404 : 400;
    return reply.code(failure === undefined ? refused : 500).send({ detail, failure });
  }
  const status = statusOfError(error);
  if (status >= 500) log.warn({ err: error }, 'an ORS request failed');
  return reply
    .code(status)
    .send({ detail: status < 500 ? clipped(String(error)) : 'Internal server error.' });
}
