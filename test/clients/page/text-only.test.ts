import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const PAGE = new URL('../../../clients/page/', import.meta.url).pathname;

test('no file of the page makes elements from text', () => {
  const files = readdirSync(PAGE, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.tsx?$/.test(name),
  );
  expect(files.length).toBeGreaterThan(10);
  const makers =
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|\beval\(|new Function/;
  expect(files.filter((name) => makers.test(readFileSync(join(PAGE, name), 'utf8')))).toEqual([]);
});
