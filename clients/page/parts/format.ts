/** A time span: `240 ms`, `3.2 s`, `5 m 12 s`, `2 h 5 m`. */
export function span(ms: number): string {
  if (ms < 1) return `${ms.toFixed(ms === 0 ? 0 : 1)} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} m ${Math.floor((ms % 60_000) / 1_000)} s`;
  return `${Math.floor(ms / 3_600_000)} h ${Math.floor((ms % 3_600_000) / 60_000)} m`;
}

/** An age that changes once a second at most, and once a minute after the first. */
export function age(ms: number): string {
  if (ms < 60_000) return `${Math.max(0, Math.floor(ms / 1_000))} s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} m`;
  return `${Math.floor(ms / 3_600_000)} h ${Math.floor((ms % 3_600_000) / 60_000)} m`;
}

export function rewardText(reward: number | null | undefined): string {
  if (reward === null || reward === undefined) return '–';
  return Number.isInteger(reward) ? String(reward) : reward.toFixed(2);
}

export function percent(share: number | null | undefined): string {
  return share === null || share === undefined
    ? '–'
    : `${(100 * share).toFixed(share === 0 || share === 1 ? 0 : 1)} %`;
}

export function bytes(count: number): string {
  if (count < 1_024) return `${count} B`;
  if (count < 1_048_576) return `${(count / 1_024).toFixed(1)} KiB`;
  return `${(count / 1_048_576).toFixed(1)} MiB`;
}

export function number(value: number): string {
  if (value === 0) return '0';
  if (value < 10) return value.toFixed(1);
  return Math.round(value).toLocaleString('en');
}

/** A time of day, with its day if that is not today. */
export function when(iso: string): string {
  const time = new Date(iso);
  const clock = time.toLocaleTimeString('en-GB');
  return time.toDateString() === new Date().toDateString() ? clock : `${iso.slice(0, 10)} ${clock}`;
}

export function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
