import { join } from 'node:path';
import type { Engine } from '../engine.ts';
import { SandboxError } from '../errors.ts';
import type { HostFree } from '../host.ts';
import type { ImageBuilder } from '../images/builder.ts';
import { ownerOf } from '../owner.ts';
import type { EngineProvider, Lack } from './provider.ts';
import { defaultRunParent, RunFolder } from './run-folder.ts';
import { ENGINES, type EngineName, engineNames, type Runtime } from './table.ts';

export interface EngineChoice {
  readonly runtime: EngineName;
  /** Why this engine, for the operator. */
  readonly reason: string;
}

/** What the choice asks of each engine. */
export type Candidates = Readonly<Record<EngineName, () => Promise<Pick<EngineProvider, 'found' | 'lack'>>>>;

/**
 * Choose the engine to use. `auto` takes the first of the table that this machine can use.
 * @throws {SandboxError} `start_failed`, saying what to install
 */
export async function chooseEngine(
  runtime: Runtime,
  candidates: Candidates = ENGINES,
): Promise<EngineChoice> {
  const lacks: Lack[] = [];
  for (const name of runtime === 'auto' ? engineNames : [runtime]) {
    const { found, lack } = await candidates[name]();
    const missing = await lack();
    if (missing !== null) {
      lacks.push(missing);
      continue;
    }
    if (runtime !== 'auto') return { runtime, reason: 'asked for' };
    const reasons = lacks.length === 0 ? [`${found}, and auto prefers it`] : lacks.map(({ brief }) => brief);
    return { runtime: name, reason: reasons.join('; ') };
  }
  const messages = lacks.flatMap(({ message, advice }) =>
    runtime === 'auto' || advice === undefined ? [message] : [message, advice],
  );
  throw new SandboxError('start_failed', messages.join(' '));
}

export interface OpenEngineOptions {
  /** @default auto */
  readonly runtime?: Runtime;
  /** The state folder; local images lie in its `images/`. */
  readonly home: string;
  /** Where run folders are made. @default `defaultRunParent()` */
  readonly runParent?: string;
  /** How long a sandbox in use outlives its server, for the next one to take it back, in milliseconds. @default 0 */
  readonly graceMs?: number;
}

export interface OpenEngine extends EngineChoice {
  readonly engine: Engine;
  /** Makes images for this engine. */
  readonly builder: ImageBuilder;
  /** Whether its sandboxes can be shown folders of this machine. */
  readonly isHere: boolean;
  /** What the machine of its sandboxes has left. */
  readonly host: () => HostFree;
  /** Close the engine and remove the run folder. */
  close(): Promise<void>;
}

/**
 * Open the engine to use on this machine, ready to be probed.
 * @throws {SandboxError} `start_failed`, saying what to install
 */
export async function openEngine(options: OpenEngineOptions): Promise<OpenEngine> {
  const choice = await chooseEngine(options.runtime ?? 'auto');
  const provider = await ENGINES[choice.runtime]();
  const owner = await ownerOf(process.pid);
  const runParent = options.runParent ?? defaultRunParent();
  const runFolder = await RunFolder.create(owner, runParent);
  const imagesFolder = join(options.home, 'images');
  const { graceMs = 0 } = options;
  const held = graceMs === 0 ? undefined : { folder: join(options.home, 'held'), graceMs };
  const engine = provider.open({ owner, runFolder, runParent, imagesFolder, held });
  const close = async (): Promise<void> => {
    await engine.close();
    await runFolder.remove();
  };
  const [builder, isHere, host] = [provider.builder(imagesFolder), provider.isHere(), provider.host()];
  return { ...choice, engine, builder, isHere, host, close };
}

/**
 * Open an image builder alone, e.g. for `images build`.
 * @param home the state folder; local images lie in its `images/`
 * @throws {SandboxError} `start_failed`, saying what to install
 */
export async function openBuilder(runtime: Runtime, home: string): Promise<ImageBuilder> {
  const choice = await chooseEngine(runtime);
  return (await ENGINES[choice.runtime]()).builder(join(home, 'images'));
}

/**
 * Kill every sandbox of the servers in this process, to see how they recover.
 * @param name of an engine, as an episode's `info` has it
 * @throws {Error} no such engine
 */
export async function killSandboxes(name: string): Promise<void> {
  const known = engineNames.find((engine) => engine === name);
  if (known === undefined) throw new Error(`There is no engine "${name}".`);
  await (await ENGINES[known]()).killSandboxes();
}
