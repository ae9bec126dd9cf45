import { z } from 'zod';

const data = z.record(z.string(), z.unknown());

/** Body of ORS's `POST /create`: a task by its spec, or by split and index. */
export const OrsCreate = z
  .strictObject({
    env_name: z.string().nullish(),
    /** As `/task` listed it, or options of a reset. */
    task_spec: data.nullish(),
    split: z.string().nullish(),
    index: z.number().int().min(0).nullish(),
    toolset_name: z.null().optional(),
  })
  .refine(
    ({ task_spec: spec, split, index }) =>
      spec ? split == null && index == null : split != null && index != null,
    { message: 'provide either task_spec or both split and index' },
  );
export type OrsCreate = z.infer<typeof OrsCreate>;

/** Body of ORS's `POST /{environment}/call`. The id of a call that was begun asks for its result again. */
export const OrsCall = z.strictObject({
  name: z.string().min(1),
  input: data,
  task_id: z.string().max(128).nullish(),
});
export type OrsCall = z.infer<typeof OrsCall>;
