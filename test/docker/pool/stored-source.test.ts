import { expect, it } from 'vitest';
import { SandboxError } from '../../../docker/errors.ts';
import { StoredSource, type StoredSourceOptions } from '../../../docker/pool/stored-source.ts';
import type { AcquireOptions, Sandbox, StoredImage } from '../../../docker/sandbox.ts';

const RED: StoredImage = { name: 'red', layers: ['red'] };

function make(options: Partial<StoredSourceOptions> = {}, fail?: SandboxError) {
  const asked: AcquireOptions[] = [];
  const log: string[] = [];
  const source = new StoredSource({
    sandboxes: {
      acquire: async (request) => {
        asked.push(request);
        log.push('acquire');
        if (fail !== undefined) throw fail;
        return {} as Sandbox;
      },
    },
    container: 'bash',
    isStored: (name) => name === 'red',
    use: async (name) => {
      log.push(`use ${name}`);
      return { image: RED, release: () => void log.push('release') };
    },
    ...options,
  });
  return { asked, log, source };
}

it('an image of the store is shown by a sandbox of the one image, and used until the sandbox has it', async () => {
  const { asked, log, source } = make();
  await source.acquire({ image: 'red', purpose: 'grading', environment: 'terminal-v1' });
  expect(asked).toEqual([{ image: 'bash', purpose: 'grading', environment: 'terminal-v1', stored: RED }]);
  expect(log).toEqual(['use red', 'acquire', 'release']);
});

it('requests of different images take turns, though one image serves them', async () => {
  const { asked, source } = make();
  await source.acquire({ image: 'red', purpose: 'episode' });
  expect(asked).toMatchObject([{ image: 'bash', environment: 'red' }]);
});

it('other images have containers of their own', async () => {
  const { asked, log, source } = make();
  await source.acquire({ image: 'blue', purpose: 'episode' });
  expect(asked).toEqual([{ image: 'blue', purpose: 'episode' }]);
  expect(log).toEqual(['acquire']);
});

it('a request that fails leaves the image', async () => {
  const { log, source } = make({}, new SandboxError('capacity', 'full'));
  await expect(source.acquire({ image: 'red', purpose: 'episode' })).rejects.toMatchObject({
    code: 'capacity',
  });
  expect(log).toEqual(['use red', 'acquire', 'release']);
});

it('an engine that cannot see the store says so', async () => {
  const { asked, source } = make({ refusal: 'the engine is elsewhere.' });
  await expect(source.acquire({ image: 'red', purpose: 'episode' })).rejects.toMatchObject({
    code: 'not_supported',
    message: 'Image "red": the engine is elsewhere.',
  });
  expect(asked).toEqual([]);
});
