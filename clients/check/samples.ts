import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** Code in the language of an environment, from `samples.json` in its folder. */
export const Samples = z.strictObject({
  /** Prints a text, changes nothing, and solves no task. */
  show: z.strictObject({ code: z.string().min(1), shown: z.string().min(1) }),
  /** Fails, which is an observation. */
  fail: z.string().min(1),
  /** Keeps a count in the session: begins it, adds one, shows it. The output for 1 matches `one`. */
  count: z.strictObject({
    begin: z.string().min(1),
    add: z.string().min(1),
    show: z.string().min(1),
    one: z
      .string()
      .min(1)
      .refine(isPattern, { message: 'is not a regular expression' })
      .transform((text) => new RegExp(text, 'm')),
  }),
});
export type Samples = z.infer<typeof Samples>;

/** An invalid `samples.json`; the message names file and reason. */
export class SamplesError extends Error {
  override readonly name = 'SamplesError';
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'm') instanceof RegExp;
  } catch {
    return false;
  }
}

/** The samples of an environment's folder; `null` if it has none. @throws {SamplesError} */
export async function readSamples(folder: string): Promise<Samples | null> {
  const file = join(folder, 'samples.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new SamplesError(`${file}: cannot be read`, { cause: error });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SamplesError(`${file}: is not JSON`, { cause: error });
  }
  const parsed = Samples.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new SamplesError(`${file}: ${issue?.path.join('.') || 'the whole'}: ${issue?.message}`);
}
