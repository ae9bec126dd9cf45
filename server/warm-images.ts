import type { Environment } from '../environments/environment.ts';
import { ConfigError } from './config.ts';

/**
 * Sandboxes to keep warm, by image, from a `--pool` that names environments and images alike. An environment stands
 * for its default image.
 * @throws {ConfigError} for a name that is neither
 */
export function warmImages(
  pool: Readonly<Record<string, number>>,
  environments: readonly Environment[],
): Record<string, number> {
  const defaults = new Map(environments.map(({ id, defaultImage }) => [id, defaultImage]));
  const images = new Set(environments.flatMap((one) => [one.defaultImage, ...one.images.map((i) => i.name)]));
  const warm: Record<string, number> = {};
  for (const [name, count] of Object.entries(pool)) {
    const image = defaults.get(name) ?? (images.has(name) ? name : undefined);
    if (image === undefined) {
      const known = [...defaults.keys(), ...images].join(', ');
      throw new ConfigError(
        `--pool ${name}=${count}: no environment or image has this name; known: ${known}`,
      );
    }
    warm[image] = (warm[image] ?? 0) + count;
  }
  return warm;
}
