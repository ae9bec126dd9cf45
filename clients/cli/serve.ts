import { type Command, Option } from 'commander';
import type { ConfigInput } from '../../server/config/config.ts';
import { configFlags, configOf } from '../../server/config/flags.ts';
import { showBuilds } from './building.ts';
import type { Cli } from './cli.ts';
import { pageFiles } from './page-files.ts';

const NOTES = `
Each flag can also be an environment variable: --pool-max is STEPWELL_POOL_MAX.
Ctrl+C or SIGTERM lets running steps finish, then stops; a second one stops at once.`;

/** `stepwell serve`: its flags are the server's settings. */
export function declareCommand(command: Command, { terminal, exit }: Cli): void {
  const settings = addSettingFlags(command);
  command.addHelpText('after', NOTES).action(async () => {
    const config = configOf(settings(), terminal.env);
    const { serve } = await import('../../server/serve.ts');
    exit(await serve(config, { env: terminal.env, page: pageFiles, ...showBuilds(terminal, false) }));
  });
}

/** Add a flag for each setting. @returns what reads the settings that were given. It throws a {@link ConfigError} */
export function addSettingFlags(command: Command): () => ConfigInput {
  const read = configFlags().map((setting) => {
    const { key, flag, placeholder, default: fallback, description } = setting;
    const usage = placeholder === '' ? `${flag} [true|false]` : `${flag} ${placeholder}`;
    const shown = fallback === '' ? description : `${description} (default: ${fallback})`;
    const option = new Option(usage, shown).argParser((text, former?: string[] | true) =>
      // A switch without a value was `true` before.
      Array.isArray(former) ? [...former, text] : [text],
    );
    command.addOption(option);
    return (): [string, unknown][] => {
      const texts: string[] | true | undefined = command.getOptionValue(option.attributeName());
      if (texts === undefined) return [];
      // A switch without a value.
      return [[key, setting.read(texts === true ? ['true'] : texts)]];
    };
  });
  return () => Object.fromEntries(read.flatMap((one) => one()));
}
