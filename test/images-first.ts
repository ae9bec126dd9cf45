import { dockerEngine } from './engines.ts';
import { isRequired } from './requirements.ts';

/** Where Docker is required, build the images that many files need before any test: beside tests a build takes minutes. */
export default async function imagesFirst(): Promise<void> {
  if (isRequired('docker')) await (await dockerEngine()).close();
}
