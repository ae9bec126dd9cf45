import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/** A table of a document that is rendered from code. */
export interface DocumentTable {
  /** Path from the repository's root. */
  readonly file: string;
  /** It stands between `<!-- name: … -->` and `<!-- end of name -->`. */
  readonly name: string;
  render(): string;
}

const between = (name: string) =>
  new RegExp(`(<!-- ${name}: [^>]*-->\n)([\\s\\S]*?)(<!-- end of ${name} -->)`);

/** What the document has now; empty where it has no such table. */
export function written({ file, name }: DocumentTable): string {
  const [, , table = ''] = between(name).exec(readFileSync(resolve(ROOT, file), 'utf8')) ?? [];
  return table.trim();
}

/** Replace what the document has. */
export function write({ file, name, render }: DocumentTable): void {
  const path = resolve(ROOT, file);
  const text = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    text.replace(between(name), (_, begin, _old, end) => `${begin}\n${render()}\n\n${end}`),
  );
}
