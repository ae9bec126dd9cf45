import type { ErrorName } from '../../protocol/errors.ts';
import type {
  ExportFormat,
  TrajectoriesListParams,
  TrajectoriesListResult,
  TrajectoriesReadParams,
  TrajectoriesReadResult,
  TrajectoriesStatsParams,
  TrajectoriesStatsResult,
  TrajectoryFilter,
} from '../../protocol/operator.ts';

/** What the store is asked for in its own thread. */
export interface StoreMethods {
  readonly list: { readonly params: TrajectoriesListParams; readonly result: TrajectoriesListResult };
  readonly read: { readonly params: TrajectoriesReadParams; readonly result: TrajectoriesReadResult };
  readonly stats: { readonly params: TrajectoriesStatsParams; readonly result: TrajectoriesStatsResult };
  /** The next piece of an export; `null` after the last one. It begins with the first. */
  readonly export: {
    readonly params: {
      readonly id: string;
      readonly format: ExportFormat;
      readonly filter: TrajectoryFilter;
    };
    readonly result: string | Uint8Array | null;
  };
  /** Nobody wants the rest of an export. */
  readonly leave: { readonly params: { readonly id: string }; readonly result: null };
}
export type StoreMethod = keyof StoreMethods;

/** A question to the store's thread. */
export interface StoreRequest {
  readonly id: number;
  readonly method: StoreMethod;
  readonly params: unknown;
}

/** Its answer: a value, an error of the protocol, or another error. */
export type StoreAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: ErrorName; readonly message: string }
  | { readonly id: number; readonly fault: string };
