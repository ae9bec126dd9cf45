import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isLoopback } from '../config/config.ts';

export interface AdmissionOptions {
  /** Address that the server listens on. */
  readonly host: string;
  /** `null`: clients need no token. */
  readonly token: string | null;
  readonly allowedOrigins: readonly string[];
}

/** Why a request is refused before it is read. */
export interface Refusal {
  readonly status: 401 | 403;
  readonly message: string;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** Who may connect. */
export class Admission {
  readonly #host: string;
  readonly #tokenDigest: Buffer | undefined;
  readonly #origins: ReadonlySet<string>;

  constructor(options: AdmissionOptions) {
    this.#host = options.host;
    this.#tokenDigest = options.token === null ? undefined : digest(options.token);
    this.#origins = new Set(options.allowedOrigins.map((origin) => new URL(origin).origin));
  }

  /** Whether this is the server's token, compared in constant time. Always true for a server without a token. */
  tokenMatches(token: string | undefined): boolean {
    if (this.#tokenDigest === undefined) return true;
    return token !== undefined && timingSafeEqual(digest(token), this.#tokenDigest);
  }

  /**
   * Whether the headers carry the token: `Authorization: Bearer <token>`, or `Basic` with the token as the password,
   * as a client sends it that only takes a URL (`ws://any:<token>@host`), or `X-API-Key: <token>`, as clients of ORS do.
   */
  authorized(headers: IncomingHttpHeaders): boolean {
    const [scheme, value] = (headers.authorization ?? '').split(' ', 2);
    const key = headers['x-api-key'];
    if (scheme === '' && typeof key === 'string') return this.tokenMatches(key);
    if (scheme?.toLowerCase() === 'bearer') return this.tokenMatches(value);
    if (scheme?.toLowerCase() === 'basic') {
      const pair = Buffer.from(value ?? '', 'base64').toString();
      return this.tokenMatches(pair.slice(pair.indexOf(':') + 1));
    }
    return this.tokenMatches(undefined);
  }

  /**
   * Refuse pages of other origins, and pages that reach a loopback server through another host name (DNS rebinding).
   * Programs send no `Origin`.
   */
  refuseOrigin(headers: IncomingHttpHeaders): Refusal | undefined {
    if (!this.#hostIsOurs(headers.host)) {
      return { status: 403, message: `This server does not serve the host name ${headers.host}.` };
    }
    const { origin } = headers;
    if (origin === undefined || this.#origins.has(origin)) return undefined;
    if (parseUrl(origin)?.host === headers.host) return undefined;
    return {
      status: 403,
      message: `The origin ${origin} is not allowed; the server's --allowed-origins can name it.`,
    };
  }

  #hostIsOurs(header: string | undefined): boolean {
    if (this.#tokenDigest !== undefined || header === undefined) return true;
    const name = parseUrl(`http://${header}`)?.hostname;
    return name !== undefined && (isLoopback(name) || name.endsWith('.localhost') || name === this.#host);
  }
}
