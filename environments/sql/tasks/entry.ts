import type { SqlTaskRecord } from '../task.ts';

/** Tasks about one database. */
export function tasksAbout(
  database: string,
  tasks: readonly Omit<SqlTaskRecord, 'database'>[],
): readonly SqlTaskRecord[] {
  return tasks.map((task) => ({ ...task, database }));
}
