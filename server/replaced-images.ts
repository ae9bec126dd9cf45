import { builtInImages, replacement } from '../docker/images/definitions.ts';
import type { ImageDefinition } from '../docker/sandbox.ts';
import { ConfigError } from './config.ts';

/**
 * An operator's images in the place of built-in ones, from `--image`.
 * @throws {ConfigError} for a name that is not built in
 */
export function replacedImages(images: Readonly<Record<string, string>>): ImageDefinition[] {
  return Object.entries(images).map(([name, reference]) => {
    const definition = replacement(name, reference);
    if (definition !== null) return definition;
    const known = builtInImages.map((image) => image.name).join(', ');
    throw new ConfigError(`--image ${name}=${reference}: no built-in image has this name; known: ${known}`);
  });
}
