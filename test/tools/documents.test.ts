import { expect, test } from 'vitest';
import { markdownTable } from '../../tools/documents/markdown-table.ts';
import { DOCUMENT_TABLES } from '../../tools/documents/tables.ts';

test('a cell of a table may hold a bar and several lines', () => {
  expect(markdownTable(['flag', 'meaning'], [['<a|b>', 'one\ntwo']])).toBe(
    '| flag | meaning |\n| --- | --- |\n| <a\\|b> | one two |',
  );
});

test('the table of settings has a row for a setting, with its default', () => {
  const settings = DOCUMENT_TABLES.find(({ name }) => name === 'configuration');
  const rows = settings?.render().split('\n');
  expect(rows).toContain('| `--port <number>` | `8765` | TCP port; 0 takes a free one. |');
});
