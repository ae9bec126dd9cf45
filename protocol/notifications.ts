import { z } from 'zod';
import { EpisodeId } from './episode.ts';
import { OpenedNote, QueuedNote, ResultNote } from './many.ts';
import { UpdateNote } from './watch.ts';

/** Another connection has resumed the episode: this one has it no more. */
export const MovedNote = z.object({ episode_id: EpisodeId });
export type MovedNote = z.infer<typeof MovedNote>;

/** The image of a reset is built first: how far its build is. */
export const BuildingNote = z.object({
  /** Id of the reset's request. */
  request_id: z.union([z.string(), z.number(), z.null()]),
  environment: z.string(),
  image: z.string(),
  /** Builds that come before it; 0 once it runs. */
  ahead: z.number().int().min(0),
  /** The builder's latest line; empty before its first one. */
  line: z.string(),
});
export type BuildingNote = z.infer<typeof BuildingNote>;

/** What a server sends without being asked, by method. */
export const NOTIFICATIONS = {
  'episode/queued': QueuedNote,
  'episode/building': BuildingNote,
  'episode/opened': OpenedNote,
  'episode/result': ResultNote,
  'episode/moved': MovedNote,
  'server/update': UpdateNote,
} as const;
export type NotificationName = keyof typeof NOTIFICATIONS;
export type Notification<N extends NotificationName> = z.infer<(typeof NOTIFICATIONS)[N]>;
