import type { Schema } from './driver-answer.ts';

/** An instruction with the tables of its database and their columns, a table a line, and what else must be known. */
export function withSchema(instruction: string, schema: Schema, evidence?: string): string {
  const lines = schema.map(({ name, columns }) => {
    const described = columns.map(([column, type]) => (type === '' ? column : `${column} ${type}`));
    return `${name} (${described.join(', ')})`;
  });
  const known = evidence === undefined ? [] : ['', `Evidence: ${evidence}`];
  return [instruction, '', 'Tables:', ...lines, ...known].join('\n');
}
