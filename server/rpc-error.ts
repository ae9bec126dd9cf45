import { ERRORS, ProtocolError } from '../protocol/errors.ts';
import type { EntryError } from '../protocol/many.ts';
import { clipped } from './excerpt.ts';

/** The error object of JSON-RPC. */
export function errorObject({ code, message, data }: ProtocolError): EntryError {
  return { code, message: clipped(message), data };
}

/**
 * The error that a client gets.
 * @param onFault takes an error that is a fault of the server
 */
export function clientError(error: unknown, onFault: (error: unknown) => void): ProtocolError {
  const known = error instanceof ProtocolError;
  if (!known || error.code === ERRORS.internal_error.code) onFault(error);
  return known ? error : new ProtocolError('internal_error', 'Internal server error.');
}
