import { SandboxError } from '../../errors.ts';
import type { Isolation } from '../../sandbox.ts';
import { engineMessageOf } from './errors.ts';
import type { DockerImages } from './images.ts';

/** How the server talks to a runner: over a shared Unix socket, or over the container's attached stream. */
export type ControlMode = 'socket' | 'attach';

/** What a Docker engine can do here. */
export interface Probed {
  readonly isolation: Isolation;
  readonly control: ControlMode;
  readonly reason: string;
}

interface WantedAbilities {
  readonly isolation?: Isolation | 'auto';
  readonly control?: ControlMode | 'auto';
}

/** Starts a container of an image and removes it; rejects if it does not work. */
type TryOut = (image: string, isolation: Isolation, control: ControlMode) => Promise<void>;

const WORKS = { layer: 'layers and namespaces work here', replace: 'each container serves one episode' };

const NO_IMAGE_YET = 'no image is built yet, so nothing could be tried';

/** Finds out which isolation and which control a Docker engine allows, as far as the settings leave it open. */
export class Abilities {
  readonly #wanted: WantedAbilities;
  readonly #images: DockerImages;
  readonly #tryOut: TryOut;
  #probed: Promise<Probed> | null = null;

  constructor(wanted: WantedAbilities, images: DockerImages, tryOut: TryOut) {
    this.#wanted = wanted;
    this.#images = images;
    this.#tryOut = tryOut;
  }

  /**
   * The result is kept once a container was tried out; before the first image exists it is a guess.
   * @throws {SandboxError} `start_failed` if nothing works
   */
  probe(): Promise<Probed> {
    if (this.#probed !== null) return this.#probed;
    const probing = this.#probe();
    this.#probed = probing;
    const forget = () => {
      this.#probed = null;
    };
    probing.then(({ reason }) => {
      if (reason === NO_IMAGE_YET) forget();
    }, forget);
    return probing;
  }

  async #probe(): Promise<Probed> {
    const { isolation = 'auto', control = 'auto' } = this.#wanted;
    if (isolation !== 'auto' && control !== 'auto') {
      return { isolation, control, reason: 'set by configuration' };
    }
    const image = await this.#images.any();
    if (image === null) {
      return {
        isolation: isolation === 'auto' ? 'layer' : isolation,
        control: control === 'auto' ? 'attach' : control,
        reason: NO_IMAGE_YET,
      };
    }
    const problems: string[] = [];
    for (const wanted of isolation === 'auto' ? (['layer', 'replace'] as const) : [isolation]) {
      for (const mode of control === 'auto' ? (['socket', 'attach'] as const) : [control]) {
        try {
          await this.#tryOut(image, wanted, mode);
          return { isolation: wanted, control: mode, reason: [WORKS[wanted], ...problems].join('; ') };
        } catch (error) {
          problems.push(`no ${wanted} over ${mode}: ${engineMessageOf(error)}`);
        }
      }
    }
    throw new SandboxError('start_failed', `No container could be started (${problems.join('; ')}).`);
  }
}
