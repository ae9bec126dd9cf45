import { request } from 'node:http';
import { socketOf, type WorkerPlace } from './place.ts';

/** Maximum time of a question to another worker, in milliseconds. */
const ANSWER_MS = 2_000;

/** The other workers of the server. */
export class Peers {
  readonly place: WorkerPlace;

  constructor(place: WorkerPlace) {
    this.place = place;
  }

  /** What each other worker answers to a path; those that do not answer are left out. */
  async ask<T>(path: string): Promise<T[]> {
    const { count, index } = this.place;
    const others = Array.from({ length: count }, (_, other) => other).filter((other) => other !== index);
    const answers = await Promise.all(
      others.map((other) => answerOf(socketOf(this.place, other), path).catch(() => undefined)),
    );
    return answers.flatMap((text) => (text === undefined ? [] : [JSON.parse(text) as T]));
  }
}

function answerOf(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path, agent: false, timeout: ANSWER_MS }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve(text));
      response.on('error', reject);
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer')));
    asked.on('error', reject);
    asked.end();
  });
}
