import { type Command, Option } from 'commander';
import { configFlags, parseConfig } from '../../server/config-flags.ts';
import { showBuilds } from './building.ts';
import type { Cli } from './program.ts';

const NOTES = `
Each flag can also be an environment variable: --pool-max is STEPWELL_POOL_MAX.
Ctrl+C or SIGTERM lets running steps finish, then stops; a second one stops at once.`;

/** `stepwell serve`: its flags are the server's settings. */
export function declareCommand(command: Command, cli: Cli): void {
  const options = configFlags().map(({ flag, placeholder, default: fallback, description }) => {
    const usage = placeholder === '' ? `${flag} [true|false]` : `${flag} ${placeholder}`;
    const shown = fallback === '' ? description : `${description} (default: ${fallback})`;
    return new Option(usage, shown).argParser((text, former: string[] = []) => [...former, text]);
  });
  for (const option of options) command.addOption(option);
  command.addHelpText('after', NOTES).action(async (given: Record<string, string[] | true | undefined>) => {
    const argv = options.flatMap((option) => {
      const texts = given[option.attributeName()] ?? [];
      return texts === true ? [`${option.long}=true`] : texts.map((text) => `${option.long}=${text}`);
    });
    const config = parseConfig(argv, cli.terminal.env);
    const { serve } = await import('../../server/main.ts');
    cli.exit(await serve(config, { env: cli.terminal.env, ...showBuilds(cli.terminal, false) }));
  });
}
