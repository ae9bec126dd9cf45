import { expect, it } from 'vitest';
import { EngineEventError } from '../../../../docker/engines/docker/build-events.ts';
import { debianStages } from '../../../../docker/engines/docker/debian-stages.ts';
import { dockerfileFault, pullFault } from '../../../../docker/engines/docker/image-fault.ts';

const event = (reason: string) => new EngineEventError(['Step 2/3 : RUN make'], reason);
const answer = (statusCode: number) => Object.assign(new Error('refused'), { statusCode });

it.each([
  ['a script that fails', event('its script returned a non-zero code: 2'), 'build_failed'],
  [
    'a script that fails, whatever it said',
    event('connection refused: its script returned a non-zero code: 6'),
    'build_failed',
  ],
  [
    'a command that fails',
    event("The command '/bin/sh -c curl EOF no such host' returned a non-zero code: 6"),
    'build_failed',
  ],
  ['a file that is missing', event('COPY failed: file not found in build context'), 'build_failed'],
  ['a Dockerfile that cannot be read', answer(400), 'build_failed'],
  [
    'a base that the registry does not have',
    event('manifest for a:1 not found: manifest unknown'),
    'build_failed',
  ],
  [
    'a registry that does not answer',
    event('Get "https://r/v2/": dial tcp: lookup r: no such host'),
    'start_failed',
  ],
  ['a full disk', event('write /x: no space left on device'), 'start_failed'],
  ['an engine that fails', answer(500), 'start_failed'],
  ['an engine that goes away', new Error('socket hang up'), 'start_failed'],
])('of a Dockerfile, %s is told from the others', (_, error, code) => {
  expect(dockerfileFault('/f', error)).toMatchObject({
    code,
    message: expect.stringContaining('The Dockerfile in /f failed: '),
  });
});

it('an image that cannot be pulled names the remedy', () => {
  const message =
    'Image a:1 could not be pulled: no such host; give an image that the engine has in its place with --base a:1=<image>';
  expect(pullFault('a:1', new Error('no such host'))).toMatchObject({ code: 'start_failed', message });
  expect(pullFault('a:1', new Error('manifest unknown')).code).toBe('build_failed');
});

it('only stages on our release of Debian can be made from its packages', () => {
  const text =
    'FROM debian:12 AS a\nFROM --platform=linux/amd64 docker.io/library/debian:bookworm-slim\nFROM debian:11\nFROM a\n';
  expect(debianStages(text, {})).toEqual(['debian:12', 'docker.io/library/debian:bookworm-slim']);
  expect(debianStages(text, { 'debian:12': 'mine' })).toEqual(['docker.io/library/debian:bookworm-slim']);
});
