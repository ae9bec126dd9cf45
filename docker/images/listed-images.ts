import type { BuiltImage, ImageBuilder } from './builder.ts';
import type { Recipe } from './recipe.ts';

/** An image that is built, or that can be. */
export interface ListedImage extends Partial<Omit<BuiltImage, 'name'>> {
  readonly name: string;
  /** `outdated`: made from other inputs than the recipe's; `unknown`: no recipe has this name. */
  readonly state: 'built' | 'outdated' | 'missing' | 'unknown';
}

/** The images that are built, then those that are not. An image that the host's programs stand in for is neither. */
export async function listImages(builder: ImageBuilder, recipes: readonly Recipe[]): Promise<ListedImage[]> {
  const listed: ListedImage[] = [];
  const built = await builder.list();
  for (const image of built) {
    const recipe = recipes.find(({ name }) => name === image.name);
    const current = recipe !== undefined && (await builder.isCurrent(recipe));
    listed.push({ ...image, state: recipe === undefined ? 'unknown' : current ? 'built' : 'outdated' });
  }
  for (const recipe of recipes) {
    if (built.some(({ name }) => name === recipe.name) || (await builder.isCurrent(recipe))) continue;
    listed.push({ name: recipe.name, state: 'missing' });
  }
  return listed;
}
