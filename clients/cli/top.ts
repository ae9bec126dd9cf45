import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { StepwellClient } from '../typescript/client.ts';
import type { Cli } from './cli.ts';
import { CommandError } from './command-error.ts';
import { integer } from './flags.ts';
import { httpAddress, readGauges } from './server-gauges.ts';
import { EXIT, print } from './terminal.ts';
import { type Look, topText } from './top-text.ts';

interface TopFlags {
  readonly url?: string;
  readonly token?: string;
  readonly every?: number;
  readonly once?: boolean;
  readonly json?: boolean;
}

const DEFAULT_URL = 'ws://127.0.0.1:8765';
const EVERY_MS = 1_000;
/** To the upper left corner, and clear what is below. */
const HOME = '\u001b[H\u001b[J';

/** `stepwell top`: the open episodes of a server, and its sandboxes. */
export function declareCommand(command: Command, cli: Cli): void {
  const { terminal } = cli;
  command
    .option('--url <address>', `server to look at (default: ${DEFAULT_URL})`)
    .option('--token <text>', "that server's token (default: $STEPWELL_TOKEN)")
    .option('--every <ms>', `time between two looks (default: ${EVERY_MS})`, integer(100, 3_600_000))
    .option('--once', 'look once; so does a command that no terminal shows')
    .option('--json', 'look once, and print JSON')
    .action(async ({ url = DEFAULT_URL, token = terminal.env.STEPWELL_TOKEN, ...flags }: TopFlags) => {
      const client = await StepwellClient.connect(url, { token, reconnectMs: 0 });
      try {
        const isOnce = flags.once === true || flags.json === true || !terminal.interactive;
        for (let before: Look | null = null; ; ) {
          const look: Look = await lookAt(client, url, token);
          const text = topText(terminal, look, before);
          if (flags.json) print(terminal, JSON.stringify(look, null, 2));
          else terminal.output.write(isOnce ? text : `${HOME}${text}`);
          if (isOnce) return;
          before = look;
          await delay(flags.every ?? EVERY_MS);
        }
      } finally {
        await client.close();
      }
    });
}

const episodesOf = (client: StepwellClient) => client.call('episodes/list', {});

async function lookAt(client: StepwellClient, url: string, token: string | undefined): Promise<Look> {
  try {
    const [episodes, gauges] = await Promise.all([episodesOf(client), readGauges(httpAddress(url), token)]);
    return { at_ms: performance.now(), episodes, gauges };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`${url}: the server no longer answers: ${reason}`, EXIT.bad, { cause: error });
  }
}
