import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { written } from '../tools/documents/document-table.ts';
import { DOCUMENT_TABLES } from '../tools/documents/tables.ts';

const ROOT = resolve(import.meta.dirname, '..');

describe('tables in documents', () => {
  it.each(DOCUMENT_TABLES)('$name of $file is what the code says; else run `npm run docs`', (table) => {
    expect(written(table)).toBe(table.render());
  });
});

describe('links in documents', () => {
  it.each([
    'README.md',
    'SECURITY.md',
    'CONTRIBUTING.md',
    'docker/README.md',
    'server/README.md',
    'server/mcp/README.md',
    'server/ors/README.md',
    'clients/openenv/README.md',
    'bench/README.md',
    'protocol/README.md',
    'protocol/trajectory.md',
    'environments/README.md',
    'environments/your-own-dataset.md',
    'environments/your-own-environment.md',
    'clients/examples/node-repl/README.md',
    'clients/examples/new-environment/README.md',
    'environments/terminal/README.md',
    'environments/terminal/maintainers.md',
    'environments/bash/README.md',
    'environments/sql/README.md',
    'environments/python/README.md',
    'environments/python/judge/README.md',
    'clients/README.md',
    'clients/python/README.md',
    'clients/python/TRAINERS.md',
    'clients/examples/learn/README.md',
  ])('of %s lead somewhere', (file) => {
    const text = readFileSync(resolve(ROOT, file), 'utf8');
    for (const [, target = ''] of text.matchAll(/\]\(([^)#:]+)\)/g)) {
      expect(() => readFileSync(resolve(ROOT, file, '..', target)), target).not.toThrow(/ENOENT/);
    }
  });
});

describe('the glossary', () => {
  const [, section = ''] = readFileSync(resolve(ROOT, 'CONTRIBUTING.md'), 'utf8').split(/^## Words$/m);
  const words = [...(section.split(/^## /m)[0] ?? '').matchAll(/^\| (?!word )(\w+) \|/gm)].map(
    ([, word]) => word,
  );

  it('has at most 25 words, each once', () => {
    expect(words.length).toBeGreaterThan(10);
    expect(words.length).toBeLessThanOrEqual(25);
    expect(new Set(words).size).toBe(words.length);
  });
});
