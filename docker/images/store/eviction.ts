/** What an eviction is planned from. */
export interface Holdings {
  /** Images that may be evicted, in the order in which they are. */
  readonly candidates: readonly { readonly name: string; readonly layers: readonly string[] }[];
  /** Layers that stay: of images in use. */
  readonly kept: ReadonlySet<string>;
  /** Bytes of all layers of the store. */
  readonly layers: ReadonlyMap<string, number>;
  readonly maxBytes: number;
}

export interface EvictionPlan {
  readonly names: readonly string[];
  /** What the store has afterwards. */
  readonly bytes: number;
}

/** The images to evict: as many as it takes, the first candidates first, but none whose end would free nothing that is needed. */
export function planEviction({ candidates, kept, layers, maxBytes }: Holdings): EvictionPlan {
  const gone = new Set<string>();
  const bytes = (): number => {
    const left = candidates.filter(({ name }) => !gone.has(name)).flatMap((image) => image.layers);
    const held = new Set([...kept, ...left]);
    return [...held].reduce((sum, layer) => sum + (layers.get(layer) ?? 0), 0);
  };
  for (const { name } of candidates) {
    if (bytes() <= maxBytes) break;
    gone.add(name);
  }
  if (bytes() <= maxBytes) {
    for (const name of [...gone].reverse()) {
      gone.delete(name);
      if (bytes() > maxBytes) gone.add(name);
    }
  }
  return { names: candidates.map(({ name }) => name).filter((name) => gone.has(name)), bytes: bytes() };
}
