import type { ImageConfig } from './record.ts';
import type { PackedLayer } from './unpacker.ts';

/** What a source has, not yet unpacked. */
export interface OpenedImage {
  /** SHA-256 of its configuration; `null` if it has none. */
  readonly digest: string | null;
  readonly config: ImageConfig;
  /** Lowest first. */
  readonly layers: readonly PackedLayer[];
}
