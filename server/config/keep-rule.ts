const DAY_MS = 86_400_000;
const UNITS = { MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const;

/** The values of `--trajectory-keep`: `all`, an age in days, a size, or both, e.g. `30d,20GiB`. */
export const KEEP = /^(?:all|\d+d|\d+(?:[MGT]iB)|\d+d,\d+(?:[MGT]iB))$/;

/** Which trajectories are kept. */
export interface KeepRule {
  /** Maximum time since a file was last written, in milliseconds. @default no limit */
  readonly maxAgeMs?: number;
  /** Maximum bytes of all files together; the oldest files are removed first. @default no limit */
  readonly maxBytes?: number;
}

/** @param text that `KEEP` matches */
export function keepRule(text: string): KeepRule {
  const [, days] = /(\d+)d/.exec(text) ?? [];
  const [, size, unit = 'MiB'] = /(\d+)([MGT]iB)/.exec(text) ?? [];
  return {
    ...(days === undefined ? {} : { maxAgeMs: Number(days) * DAY_MS }),
    ...(size === undefined ? {} : { maxBytes: Number(size) * UNITS[unit as keyof typeof UNITS] }),
  };
}
