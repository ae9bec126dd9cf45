import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { messageOf } from '../../errors.ts';
import { runProgram } from '../program.ts';
import { checkCompression, filesOfArchive, filesOfFolder, type ImageFiles, wholeFile } from './archive.ts';
import { isDockerArchive, openDockerArchive } from './docker-archive.ts';
import type { SaveImage } from './docker-save.ts';
import { ImageStoreError } from './errors.ts';
import type { Platform } from './image-config.ts';
import { isOciLayout, openOciLayout } from './oci-layout.ts';
import type { OpenedImage } from './opened-image.ts';
import type { Place } from './unpacker.ts';

const KINDS = ['docker', 'oci', 'root'] as const;

/** Where an image comes from. */
export interface ImageSource {
  /** An image of a Docker engine; an OCI layout or an archive of one image; or a whole root, as one layer. */
  readonly kind: (typeof KINDS)[number];
  /** A reference of the engine, or a path. */
  readonly place: string;
}

/** `docker:<reference>`, `oci:<folder or archive>` or `root:<folder or tar>`; `null` for anything else. */
export function parseSource(text: string): ImageSource | null {
  const [, kind, place] = /^(\w+):(.+)$/s.exec(text) ?? [];
  const known = KINDS.find((one) => one === kind);
  if (known === undefined || place === undefined) return null;
  return { kind: known, place: known === 'docker' ? place : resolve(place) };
}

export function sourceText({ kind, place }: ImageSource): string {
  return `${kind}:${place}`;
}

export interface OpenOptions {
  /** Folder for what is written on the way; the caller removes it. */
  readonly temporary: string;
  /** What the image must be for. */
  readonly platform: Platform;
  readonly save: SaveImage;
  readonly signal?: AbortSignal | undefined;
}

/** Read what an image consists of. @throws {ImageStoreError}, or a system error that names the path */
export async function openSource(source: ImageSource, options: OpenOptions): Promise<OpenedImage> {
  const { temporary, platform, save, signal } = options;
  const label = sourceText(source);
  switch (source.kind) {
    case 'docker': {
      const saved = join(temporary, 'saved.tar');
      await save(source.place, saved, signal);
      return openFiles(await filesOfArchive(saved, label, temporary, signal), platform);
    }
    case 'oci': {
      const isFolder = (await stat(source.place)).isDirectory();
      const files = isFolder
        ? filesOfFolder(source.place)
        : await filesOfArchive(source.place, source.place, temporary, signal);
      return openFiles(files, platform);
    }
    case 'root':
      return openRoot(source.place, options);
  }
}

async function openFiles(files: ImageFiles, platform: Platform): Promise<OpenedImage> {
  if (await isOciLayout(files)) return openOciLayout(files, platform);
  if (await isDockerArchive(files)) return openDockerArchive(files, platform);
  throw new ImageStoreError('refused', `${files.label}: it has neither oci-layout nor manifest.json`);
}

async function openRoot(path: string, { temporary, platform, signal }: OpenOptions): Promise<OpenedImage> {
  const isFolder = (await stat(path)).isDirectory();
  const place = isFolder ? await packed(path, join(temporary, 'root.tar'), signal) : await wholeFile(path);
  await checkCompression(place, path);
  return {
    digest: null,
    config: { env: {}, workdir: '/', user: 'root', ...platform },
    layers: [{ ...place, label: path }],
  };
}

/** A folder as a tar, the same one for the same files. */
async function packed(folder: string, into: string, signal: AbortSignal | undefined): Promise<Place> {
  const args = ['--create', '--file', into, '--directory', folder, '--one-file-system', '--numeric-owner'];
  args.push(
    '--sort=name',
    '--format=posix',
    '--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime',
  );
  args.push('--xattrs', '--xattrs-include=security.capability', '.');
  try {
    await runProgram('tar', args, signal);
  } catch (error) {
    signal?.throwIfAborted();
    const isFull = messageOf(error).includes('No space left');
    throw new ImageStoreError(isFull ? 'no_space' : 'refused', `${folder}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  return wholeFile(into);
}
