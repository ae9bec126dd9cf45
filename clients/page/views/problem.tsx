import { RpcError } from '../connection/rpc.ts';

/** What went wrong, and what to do. */
export function Problem({ error }: { readonly error: unknown }) {
  const remedy = error instanceof RpcError ? error.remedy : '';
  return (
    <p class="problem" role="alert">
      {error instanceof Error ? error.message : String(error)} {remedy}
    </p>
  );
}
