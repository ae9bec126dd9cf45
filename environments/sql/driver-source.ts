import { readFileSync } from 'node:fs';
import type { Dialect } from './task.ts';

interface Parts {
  /** In the order of their imports. */
  readonly modules: readonly string[];
  readonly driver: string;
}

const PARTS: Readonly<Record<Dialect, Parts>> = {
  sqlite: {
    modules: ['result', 'calls', 'sqlite_guard', 'sqlite_statements', 'sqlite_driver'],
    driver: 'sqlite_driver.SqliteDriver()',
  },
  mysql: {
    modules: [
      'result',
      'calls',
      'mysql_wire',
      'mysql_text',
      'mysql_values',
      'mysql_server',
      'mysql_watch',
      'mysql_driver',
    ],
    driver: 'mysql_driver.MysqlDriver()',
  },
};

/** Name of the function for calls, in the session's `__main__`. */
export const DRIVER_FUNCTION = 'stepwell_sql';

/**
 * Python code that turns a session into a database driver: the modules of `driver/`, and the function for calls. For `mysql`
 * it starts the server. A session runs it once, before the sandbox is handed out.
 */
export function driverSource(dialect: Dialect): string {
  const { modules, driver } = PARTS[dialect];
  const texts = modules.map((name) => [
    name,
    readFileSync(new URL(`./driver/${name}.py`, import.meta.url), 'utf8'),
  ]);
  const [module] = driver.split('.');
  return `import sys, types
for _name, _text in ${JSON.stringify(texts)}:
    sys.modules[_name] = _module = types.ModuleType(_name)
    exec(compile(_text, f"<{_name}>", "exec"), _module.__dict__)
import calls, ${module}
${DRIVER_FUNCTION} = calls.Calls(${driver})
`;
}
