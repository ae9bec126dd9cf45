/** Columns of a table by name, each with its type, e.g. `text` or `double`. */
export type TableColumns = ReadonlyMap<string, string>;

const TABLE = /CREATE TABLE `((?:[^`]|``)+)` \((.*?)\n\) /gs;
const COLUMN = /^\s*`((?:[^`]|``)+)` (\w+)/gm;
const QUERY = /^SELECT (?:(MAX|MIN|COUNT|SUM|AVG) )?(.+?) FROM (\S+)(?: WHERE (.*))?$/s;
const BEYOND_ASCII = /[^\0-\x7f]/;
const NUMBER = /^-?\d+(?:\.\d+)?$/;

function unquoted(name = ''): string {
  return name.replaceAll('``', '`');
}

/** Facts about the tables of a dump. */
export interface DumpedTables {
  readonly columns: ReadonlyMap<string, TableColumns>;
  /** Whether their values lack all non-ASCII characters, as in the published dump. */
  readonly asciiValues: boolean;
}

/** The tables that a dump creates. */
export function tablesOfDump(dump: string): DumpedTables {
  const tables = new Map<string, TableColumns>();
  for (const [, table, body = ''] of dump.matchAll(TABLE)) {
    const columns = [...body.matchAll(COLUMN)].map(([, name, type = '']) => [unquoted(name), type] as const);
    tables.set(unquoted(table), new Map(columns));
  }
  const rows = dump.split('\n').filter((line) => line.startsWith('INSERT INTO'));
  return { columns: tables, asciiValues: !rows.some((line) => BEYOND_ASCII.test(line)) };
}

function identifier(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

function literal(value: string, type: string): string {
  if (type !== 'text' && NUMBER.test(value)) return value;
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Conditions joined by AND, each beginning with a column of the table; `null` if one does not. */
function conditions(text: string, columns: TableColumns, ascii: boolean): string | null {
  const known = (value: string) => (ascii ? value.replaceAll(/[^\0-\x7f]/g, '') : value);
  const names = [...columns.keys()].sort((a, b) => b.length - a.length).map(escaped);
  const column = `(?:${names.join('|')}) [=<>] `;
  const parts = text.split(new RegExp(` AND (?=${column})`));
  const written = parts.map((part) => {
    const [, name = '', operator, value = ''] =
      new RegExp(`^(${names.join('|')}) ([=<>]) (.*)$`, 's').exec(part) ?? [];
    const type = columns.get(name);
    return type === undefined ? null : `${identifier(name)} ${operator} ${literal(known(value), type)}`;
  });
  return written.includes(null) ? null : written.join(' AND ');
}

/** The table of a published query; `null` if there is no table of that name. */
export function wikiSqlTable(published: string, dump: DumpedTables): string | null {
  const table = QUERY.exec(published)?.[3];
  return table !== undefined && dump.columns.has(table) ? table : null;
}

/**
 * A WikiSQL query as SQL. The published query is the text of a logical form (Zhong, Xiong and Socher 2017): names and texts
 * without quotes, aggregates without parentheses. The column names of its table are known, so it has only one reading.
 * Characters that the dump's values lack are removed from its values.
 * @returns `null` for a query that is not such a text
 */
export function wikiSqlGold(published: string, dump: DumpedTables): string | null {
  const [, aggregate, column = '', table = '', where] = QUERY.exec(published) ?? [];
  const columns = dump.columns.get(table);
  if (columns?.get(column) === undefined) return null;
  const selected = aggregate === undefined ? identifier(column) : `${aggregate}(${identifier(column)})`;
  const query = `SELECT ${selected} FROM ${identifier(table)}`;
  if (where === undefined) return query;
  const written = conditions(where, columns, dump.asciiValues);
  return written === null ? null : `${query} WHERE ${written}`;
}
