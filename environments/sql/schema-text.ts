import type { Schema } from './driver-answer.ts';
import type { SqlTaskRecord } from './task.ts';

/** A task's instruction with its tables and their columns, one table per line, and the evidence. */
export function withSchema({ instruction, tables, evidence }: SqlTaskRecord, schema: Schema): string {
  const told = schema.filter(({ name }) => tables === undefined || tables.includes(name));
  const lines = told.map(({ name, columns }) => {
    const described = columns.map(([column, type]) => (type === '' ? column : `${column} ${type}`));
    return `${name} (${described.join(', ')})`;
  });
  const known = evidence === undefined ? [] : ['', `Evidence: ${evidence}`];
  return [instruction, '', 'Tables:', ...lines, ...known].join('\n');
}
