import { CHECKS } from '../../clients/check/checks.ts';
import { ERRORS } from '../../protocol/errors.ts';
import { configFlags } from '../../server/config/flags.ts';
import type { DocumentTable } from './document-table.ts';
import { markdownTable } from './markdown-table.ts';
import { optionRows } from './option-rows.ts';

/** Every table that `npm run docs` writes. */
export const DOCUMENT_TABLES: readonly DocumentTable[] = [
  { file: 'README.md', name: 'configuration', render: settings },
  { file: 'clients/README.md', name: 'checks', render: checks },
  { file: 'protocol/README.md', name: 'errors', render: errors },
  { file: 'protocol/README.md', name: 'options', render: options },
];

function settings(): string {
  const rows = configFlags().map(({ flag, placeholder, default: fallback, description }) => [
    `\`${placeholder === '' ? flag : `${flag} ${placeholder}`}\``,
    fallback === '' ? '' : `\`${fallback}\``,
    description,
  ]);
  return markdownTable(['flag', 'default', 'meaning'], rows);
}

function checks(): string {
  return markdownTable(
    ['check', 'it shows that'],
    CHECKS.map(({ name, shows }) => [name, shows]),
  );
}

function errors(): string {
  const rows = Object.entries(ERRORS).map(([name, { code, meaning, retryable, remedy }]) => [
    `\`${name}\``,
    String(code),
    meaning,
    retryable ? 'yes' : 'no',
    remedy,
  ]);
  return markdownTable(['name', 'code', 'meaning', 'retryable', 'remedy'], rows);
}

function options(): string {
  return markdownTable(['option', 'meaning', 'environments'], optionRows());
}
