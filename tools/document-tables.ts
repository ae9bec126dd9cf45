// The tables in documents that are rendered from code. `npm run docs` writes them anew; a test holds documents to them.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkTable } from '../clients/check/checks.ts';
import { optionTable } from '../environments/option-table.ts';
import { errorTable } from '../protocol/error-table.ts';
import { configTable } from '../server/config-flags.ts';

const ROOT = resolve(import.meta.dirname, '..');

export interface DocumentTable {
  /** Path from the repository's root. */
  readonly file: string;
  /** It stands between `<!-- name: … -->` and `<!-- end of name -->`. */
  readonly name: string;
  render(): string;
}

export const DOCUMENT_TABLES: readonly DocumentTable[] = [
  { file: 'README.md', name: 'configuration', render: () => configTable().trim() },
  { file: 'clients/README.md', name: 'checks', render: checkTable },
  { file: 'protocol/README.md', name: 'errors', render: errorTable },
  { file: 'protocol/README.md', name: 'options', render: optionTable },
];

const between = (name: string) =>
  new RegExp(`(<!-- ${name}: [^>]*-->\n)([\\s\\S]*?)(<!-- end of ${name} -->)`);

/** What the document has now. */
export function written({ file, name }: DocumentTable): string {
  return (
    between(name)
      .exec(readFileSync(resolve(ROOT, file), 'utf8'))?.[2]
      ?.trim() ?? ''
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const { file, name, render } of DOCUMENT_TABLES) {
    const path = resolve(ROOT, file);
    const text = readFileSync(path, 'utf8');
    const replaced = text.replace(between(name), (_, begin, _old, end) => `${begin}\n${render()}\n\n${end}`);
    writeFileSync(path, replaced);
  }
}
