import { z } from 'zod';
import { EpisodeId } from './episode.ts';

/** Another connection has resumed the episode: this one has it no more. */
export const EpisodeMoved = z.object({ episode_id: EpisodeId });
export type EpisodeMoved = z.infer<typeof EpisodeMoved>;

/** What the server sends without being asked: JSON-RPC requests without an id, with these params. */
export const NOTIFICATIONS = { 'episode/moved': EpisodeMoved } as const;

export type NotificationName = keyof typeof NOTIFICATIONS;
export type NotificationParams<N extends NotificationName> = z.infer<(typeof NOTIFICATIONS)[N]>;
