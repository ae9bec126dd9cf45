import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { thisPlatform } from '../../../../docker/images/store/image-config.ts';

/** A member of an archive: its header, and the contents of a file. */
export type Entry = Omit<Partial<Header>, 'name'> & { readonly name: string; readonly content?: string };

export const folder = (name: string, rest: Partial<Header> = {}): Entry => ({
  name,
  type: 'directory',
  mode: 0o755,
  ...rest,
});
export const file = (name: string, content: string, rest: Partial<Header> = {}): Entry => ({
  name,
  content,
  mode: 0o644,
  ...rest,
});
export const link = (name: string, linkname: string): Entry => ({ name, type: 'symlink', linkname });
export const hardLink = (name: string, linkname: string): Entry => ({ name, type: 'link', linkname });

const TIME = new Date(1_600_000_000_000);

/** A tar archive. */
export async function tarOf(entries: readonly Entry[]): Promise<Buffer> {
  const archive = pack();
  for (const { content = '', ...header } of entries) archive.entry({ mtime: TIME, ...header }, content);
  archive.finalize();
  return buffer(archive);
}

export function sha256(bytes: Buffer | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** What an archive of an image says that a test may change. */
export interface Spec {
  /** Tars, lowest first. */
  readonly layers: readonly Buffer[];
  /** @default some variables */
  readonly config?: Record<string, unknown>;
  readonly architecture?: string;
  readonly os?: string;
  /** @default those of the layers */
  readonly diffIds?: readonly string[];
  readonly gzip?: boolean;
}

function configOf({ layers, config, diffIds, ...platform }: Spec): Buffer {
  const found = {
    ...thisPlatform,
    ...Object.fromEntries(
      Object.entries(platform).filter(([name]) => name === 'architecture' || name === 'os'),
    ),
    config: config ?? { Env: ['PATH=/bin', 'A=b=c'], WorkingDir: '/app', User: 'nobody' },
    rootfs: { type: 'layers', diff_ids: diffIds ?? layers.map(sha256) },
  };
  return Buffer.from(JSON.stringify(found));
}

/** What `docker save` of older engines writes. A layer that comes twice is there once, and then as a link. */
export async function dockerArchive(spec: Spec): Promise<Buffer> {
  const config = configOf(spec);
  const name = `${sha256(config).slice(7)}.json`;
  const paths: string[] = [];
  const archive = pack();
  archive.entry({ name }, config);
  const known = new Map<string, string>();
  for (const [i, layer] of spec.layers.entries()) {
    const path = `layer${i}/layer.tar`;
    const former = known.get(sha256(layer));
    if (former === undefined) archive.entry({ name: path }, spec.gzip ? gzipSync(layer) : layer);
    else archive.entry({ name: path, type: 'symlink', linkname: `../${former}` });
    known.set(sha256(layer), path);
    paths.push(path);
  }
  archive.entry({ name: 'manifest.json' }, JSON.stringify([{ Config: name, RepoTags: null, Layers: paths }]));
  archive.finalize();
  return buffer(archive);
}

export interface OciSpec extends Spec {
  readonly layerType?: string;
  /** Changes what is written, by path. */
  readonly change?: (path: string, bytes: Buffer) => Buffer | null;
  /** Puts other entries into the top index. */
  readonly index?: (manifest: Record<string, unknown>) => readonly Record<string, unknown>[];
}

/** The files of an OCI layout. */
export function ociFiles(spec: OciSpec): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  const put = (path: string, bytes: Buffer): void => {
    const changed = spec.change === undefined ? bytes : spec.change(path, bytes);
    if (changed !== null) files.set(path, changed);
  };
  const blob = (mediaType: string, bytes: Buffer) => {
    const digest = sha256(bytes);
    put(`blobs/sha256/${digest.slice(7)}`, bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const type = `application/vnd.oci.image.layer.v1.tar${spec.gzip ? '+gzip' : ''}`;
  const manifest = {
    schemaVersion: 2,
    config: blob('application/vnd.oci.image.config.v1+json', configOf(spec)),
    layers: spec.layers.map((layer) => blob(spec.layerType ?? type, spec.gzip ? gzipSync(layer) : layer)),
  };
  const top = blob('application/vnd.oci.image.manifest.v1+json', Buffer.from(JSON.stringify(manifest)));
  const manifests = spec.index?.(top) ?? [top];
  put('index.json', Buffer.from(JSON.stringify({ schemaVersion: 2, manifests })));
  put('oci-layout', Buffer.from('{"imageLayoutVersion":"1.0.0"}'));
  return files;
}

export async function writeOciLayout(at: string, spec: OciSpec): Promise<void> {
  for (const [path, bytes] of ociFiles(spec)) {
    await mkdir(dirname(join(at, path)), { recursive: true });
    await writeFile(join(at, path), bytes);
  }
}

export async function ociArchive(spec: OciSpec): Promise<Buffer> {
  const archive = pack();
  for (const [name, bytes] of ociFiles(spec)) archive.entry({ name }, bytes);
  archive.finalize();
  return buffer(archive);
}
