import { z } from 'zod';
import { ImageStoreError } from './errors.ts';
import type { ImageConfig } from './record.ts';

/** A digest that is verified here. */
export const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'give a digest of SHA-256');

/** The configuration of an OCI or Docker image, as far as it is read. */
export const OciConfig = z.object({
  architecture: z.string(),
  os: z.string(),
  config: z
    .object({
      Env: z.array(z.string()).nullish(),
      WorkingDir: z.string().nullish(),
      User: z.string().nullish(),
    })
    .nullish(),
  rootfs: z.object({ type: z.literal('layers'), diff_ids: z.array(Digest).nullable() }),
});
export type OciConfig = z.infer<typeof OciConfig>;

/** What runs here. */
export interface Platform {
  /** As OCI names it, e.g. `amd64`. */
  readonly architecture: string;
  readonly os: string;
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };

export const thisPlatform: Platform = {
  architecture: ARCHITECTURES[process.arch] ?? process.arch,
  os: process.platform,
};

export function platformText({ os, architecture }: Platform): string {
  return `${os}/${architecture}`;
}

export function isPlatform(found: Platform, wanted: Platform): boolean {
  return found.os === wanted.os && found.architecture === wanted.architecture;
}

/** @throws {ImageStoreError} `refused` if the image is for another platform */
export function readConfig(found: OciConfig, wanted: Platform, label: string): ImageConfig {
  if (!isPlatform(found, wanted)) {
    const message = `${label}: the image is for ${platformText(found)}, not for ${platformText(wanted)}`;
    throw new ImageStoreError('refused', message);
  }
  const { architecture, os, config } = found;
  const pairs = (config?.Env ?? []).map((text): [string, string] => {
    const at = text.indexOf('=');
    return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
  });
  return {
    env: Object.fromEntries(pairs.filter(([name]) => name !== '')),
    workdir: config?.WorkingDir || '/',
    user: config?.User || 'root',
    architecture,
    os,
  };
}
