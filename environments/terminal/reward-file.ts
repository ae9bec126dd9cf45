import { SandboxError, type SandboxErrorCode } from '../../docker/errors.ts';
import type { Sandbox } from '../../docker/sandbox.ts';
import { decodeText } from '../output-text.ts';

/** The folder of a verifier's reward. */
export const VERIFIER_LOGS = '/logs/verifier';
const MOST_BYTES = 1024 * 1024;
/** The first that exists counts. */
const NAMES = ['reward.json', 'reward.txt'] as const;

/** What a verifier gave. */
export interface Reward {
  readonly reward: number;
  /** The numbers of `reward.json` by name; of `reward.txt`, `reward`. */
  readonly components: Readonly<Record<string, number>>;
}

/** Errors that a file in the place of a reward can cause. */
const NO_FILE: ReadonlySet<SandboxErrorCode> = new Set(['path_not_found', 'path_refused', 'file_too_large']);

/**
 * The reward of a sandbox in which a verifier has run: `reward.json`, else `reward.txt`.
 * @returns the reason if there is none
 * @throws {SandboxError} on an infrastructure fault
 */
export async function readReward(sandbox: Sandbox): Promise<Reward | string> {
  try {
    const files = await sandbox.listFiles(VERIFIER_LOGS);
    // A link would let another file be read.
    const name = NAMES.find((one) => files.some((file) => file.name === one && file.type === 'file'));
    if (name === undefined) return 'the verifier wrote no reward';
    const text = decodeText(await sandbox.getFile(`${VERIFIER_LOGS}/${name}`, MOST_BYTES));
    return name === 'reward.json' ? rewardInJson(text) : rewardInText(text);
  } catch (error) {
    if (error instanceof SandboxError && NO_FILE.has(error.code)) return 'the reward cannot be read';
    throw error;
  }
}

/** A number alone. */
export function rewardInText(text: string): Reward | string {
  const reward = text.trim() === '' ? Number.NaN : Number(text.trim());
  return Number.isFinite(reward) ? { reward, components: { reward } } : 'reward.txt is not a number';
}

/** Numbers by name. The reward is the one called `reward`, else their mean. */
export function rewardInJson(text: string): Reward | string {
  const parts = parsed(text);
  if (typeof parts === 'number' && Number.isFinite(parts))
    return { reward: parts, components: { reward: parts } };
  if (typeof parts !== 'object' || parts === null || Array.isArray(parts))
    return 'reward.json has no numbers';
  const values = Object.entries(parts).map(([name, value]): [string, unknown] => [
    name,
    typeof value === 'boolean' ? Number(value) : value,
  ]);
  const bad = values.find(([, value]) => typeof value !== 'number' || !Number.isFinite(value));
  if (bad !== undefined) return `${bad[0]} in reward.json is not a number`;
  const components = Object.fromEntries(values) as Record<string, number>;
  const numbers = Object.values(components);
  if (numbers.length === 0) return 'reward.json has no numbers';
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  return { reward: components.reward ?? mean, components };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
