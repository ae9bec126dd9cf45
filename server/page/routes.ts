import type { FastifyInstance, FastifyReply } from 'fastify';

/** A file of the page, as it is sent. */
export interface PageFile {
  /** Media type. */
  readonly type: string;
  readonly body: Buffer;
}

/** The files of the page, by their path below the server's address: `/`, and others that begin with `/page/`. */
export type PageFiles = ReadonlyMap<string, PageFile>;

/** What all but the page itself begin with. Their names have a hash of their content. */
const ASSETS = '/page/';

/**
 * Scripts come from this server alone, as files. xterm.js makes style elements, which can load nothing from elsewhere: `img-src` and
 * `font-src` allow only this server.
 */
const SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** Whether a path is one of the page's files. They hold no secret: the page asks for the token. */
export function isPage(path: string): boolean {
  return path === '/' || path.startsWith(ASSETS);
}

/** @param load the files; called with the first request, and again after it has failed */
export function registerPage(app: FastifyInstance, load: () => Promise<PageFiles>): void {
  let files: Promise<PageFiles> | undefined;
  const send = async (reply: FastifyReply, path: string): Promise<FastifyReply> => {
    reply.headers(HEADERS);
    files ??= load();
    let found: PageFile | undefined;
    try {
      found = (await files).get(path);
    } catch (error) {
      files = undefined;
      const reason = error instanceof Error ? error.message : String(error);
      return reply.code(503).type('text/plain; charset=utf-8').send(`The page cannot be shown: ${reason}\n`);
    }
    if (found === undefined) {
      return reply
        .code(404)
        .type('text/plain; charset=utf-8')
        .send('The page has no such file: load it again.\n');
    }
    const kept = path === '/' ? 'no-cache' : 'public, max-age=31536000, immutable';
    return reply.header('cache-control', kept).type(found.type).send(found.body);
  };
  app.get('/', (_request, reply) => send(reply, '/'));
  app.get(`${ASSETS}*`, (request, reply) => send(reply, request.url.split('?', 1)[0] ?? ''));
}
