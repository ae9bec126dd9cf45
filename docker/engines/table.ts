import type { EngineProvider } from './provider.ts';

/**
 * Every engine, in the order in which `auto` prefers them. A new engine is a folder and a line here. An engine is loaded
 * when it is asked for, so that a list of the names costs nothing.
 */
export const ENGINES = {
  docker: async () => (await import('./docker/provider.ts')).docker,
  local: async () => (await import('./local/provider.ts')).local,
} satisfies Readonly<Record<string, () => Promise<EngineProvider>>>;

export type EngineName = keyof typeof ENGINES;

/** An engine, or `auto` for the first that this machine can use. */
export type Runtime = 'auto' | EngineName;

export const engineNames = Object.keys(ENGINES) as readonly EngineName[];

/** The values of `--runtime`. */
export const runtimes: readonly ['auto', ...EngineName[]] = ['auto', ...engineNames];
