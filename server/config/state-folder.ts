import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

const VARIABLE = /^\$STEPWELL_HOME(?=\/|$)/;

/** The state folder: `STEPWELL_HOME`, or `~/.stepwell`. */
export function stateFolder(env: Environment): string {
  const { STEPWELL_HOME: home } = env;
  return home === undefined || home === '' ? join(homedir(), '.stepwell') : resolve(home);
}

/** A path of the configuration, with a leading `$STEPWELL_HOME` replaced; `null` for `none`. */
export function configuredPath(path: string, home: string): string | null {
  return path === 'none' ? null : resolve(path.replace(VARIABLE, () => home));
}
