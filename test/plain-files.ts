import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** What tests ask the machine for goes through this file. */
const REQUIREMENTS = 'requirements.ts';
/** The file that an import, or a re-export, names by its place. */
const IMPORTED = /\b(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g;

/**
 * The test files of a folder that ask nothing of the machine: they import its `requirements.ts` neither themselves nor through
 * other files of the folder. What they show here they show on any machine.
 */
export function plainFiles(folder: string): string[] {
  const requirements = join(folder, REQUIREMENTS);
  const imports = new Map<string, readonly string[]>();
  const importsOf = (file: string): readonly string[] => {
    const known = imports.get(file) ?? importedBy(file).filter((other) => other.startsWith(`${folder}/`));
    imports.set(file, known);
    return known;
  };
  const asks = (test: string): boolean => {
    const reached = new Set([test]);
    for (const file of reached) for (const other of importsOf(file)) reached.add(other);
    return reached.has(requirements);
  };
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(folder, name))
    .filter((test) => !asks(test))
    .sort();
}

/** Only TypeScript is looked at. A text that a test writes elsewhere may name what is not there. */
function importedBy(file: string): string[] {
  if (!file.endsWith('.ts') || !existsSync(file)) return [];
  const found = readFileSync(file, 'utf8').matchAll(IMPORTED);
  return [...found].map(([, place = '']) => resolve(dirname(file), place));
}
