import type { Schema } from './driver-answer.ts';

/** An instruction with the tables of its database and their columns, a table a line. */
export function withSchema(instruction: string, schema: Schema): string {
  const lines = schema.map(({ name, columns }) => {
    const described = columns.map(([column, type]) => (type === '' ? column : `${column} ${type}`));
    return `${name} (${described.join(', ')})`;
  });
  return [instruction, '', 'Tables:', ...lines].join('\n');
}
