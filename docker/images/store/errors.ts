/** Why the image store did not do something. */
export type ImageStoreErrorCode =
  /** The source cannot be an image here: hostile, damaged, of another platform, or not what its digests say. */
  | 'refused'
  /** The store has no image of this name. */
  | 'not_found'
  /** A process uses the image. */
  | 'in_use'
  /** The disk is full. */
  | 'no_space'
  /** The image does not fit below the store's cap, whatever is evicted. */
  | 'over_cap'
  /** This machine, or the engine that was asked, is at fault. */
  | 'failed';

/** The message names the image, or the archive and its member. Whatever the code, the store is as it was before. */
export class ImageStoreError extends Error {
  override readonly name = 'ImageStoreError';
  readonly code: ImageStoreErrorCode;

  constructor(code: ImageStoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Whether the system refused a call with one of these codes, e.g. `ENOENT`. */
export function isSystemError(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
