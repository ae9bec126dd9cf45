import { readFile } from 'node:fs/promises';
import { isNode, LineCounter, parseDocument } from 'yaml';
import { DatasetError, fieldName, type PlaceOf } from '../../dataset-error.ts';

/** A YAML file as it was read. */
export interface YamlFile {
  readonly value: unknown;
  readonly place: PlaceOf;
}

/** @throws {DatasetError} for a file that cannot be read, with the line of the first error */
export async function readYaml(file: string): Promise<YamlFile> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new DatasetError({ file }, 'the file cannot be read', { cause: error });
  });
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter });
  const [error] = document.errors;
  if (error !== undefined) {
    const reason = error.message.replace(/ at line \d+.*/s, '');
    throw new DatasetError({ file, line: lineCounter.linePos(error.pos[0]).line }, `not YAML: ${reason}`);
  }
  const lineOf = (path: readonly PropertyKey[]): number => {
    for (let length = path.length; length > 0; length -= 1) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return lineCounter.linePos(node.range[0]).line;
    }
    return 1;
  };
  return {
    value: document.toJS({ maxAliasCount: 100 }),
    place: (path) => ({ file, line: lineOf(path), field: fieldName(path) }),
  };
}
