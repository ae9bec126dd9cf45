import { fromImages } from '../../images/dockerfile-context.ts';

/** Names of Debian's official image of our release. Where no registry answers, it is made from Debian's packages. */
const OURS = /^(docker\.io\/(library\/)?)?debian:(12|bookworm)(-slim)?$/;

/** The images that stages of a Dockerfile begin with, without a stand-in, which can be made from Debian's packages. */
export function debianStages(dockerfile: string, bases: Readonly<Record<string, string>>): string[] {
  return fromImages(dockerfile).filter((name) => OURS.test(name) && bases[name] === undefined);
}
