import type { Live } from '../connection/live.ts';
import type { Server } from '../connection/server.ts';

/** What every view works with. */
export interface Parts {
  readonly server: Server;
  readonly live: Live;
}
