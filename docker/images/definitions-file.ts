import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { type ImageDefinition, ImageSchema } from '../image-definition.ts';

/** Image definitions as a file has them; `tree` is relative to the file. */
const DefinitionsFile = z.array(ImageSchema);

/** @throws {Error} naming the file and what is wrong in it */
export async function readDefinitions(path: string): Promise<ImageDefinition[]> {
  const parsed = DefinitionsFile.safeParse(await readJson(path));
  if (!parsed.success) throw new Error(`${path}: ${z.prettifyError(parsed.error)}`);
  return parsed.data.map((definition) => ({
    ...definition,
    tree: definition.tree === undefined ? undefined : resolve(dirname(path), definition.tree),
  }));
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new Error(`${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
