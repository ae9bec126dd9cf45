import { z } from 'zod';
import { EpisodeId } from './episode.ts';
import { OpenedNote, QueuedNote, ResultNote } from './many.ts';
import { UpdateNote } from './watch.ts';

/** Another connection has resumed the episode: this one has it no more. */
export const MovedNote = z.object({ episode_id: EpisodeId });
export type MovedNote = z.infer<typeof MovedNote>;

/** What a server sends without being asked, by method. */
export const NOTIFICATIONS = {
  'episode/queued': QueuedNote,
  'episode/opened': OpenedNote,
  'episode/result': ResultNote,
  'episode/moved': MovedNote,
  'server/update': UpdateNote,
} as const;
export type NotificationName = keyof typeof NOTIFICATIONS;
export type Notification<N extends NotificationName> = z.infer<(typeof NOTIFICATIONS)[N]>;
