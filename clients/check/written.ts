import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readTrajectory, type Trajectory } from '../replay/trajectory-file.ts';
import { Skipped } from './broken.ts';
import type { Subject } from './subject.ts';

/** The trajectory of an episode, from the server's folder or a folder in it. @throws {Skipped} it is not here */
export async function writtenTrajectory({ server }: Subject, episode: string): Promise<Trajectory> {
  const { trajectories: folder } = server;
  if (folder === null) throw new Skipped('the trajectories of this server are not on this machine');
  const files = await readdir(folder, { recursive: true });
  const found = files.find((file) => file.endsWith(`${episode}.jsonl`));
  if (found === undefined) throw new Skipped(`${folder} has no trajectory of episode ${episode}`);
  return readTrajectory(join(folder, found));
}
