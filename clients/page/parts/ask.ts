import { useEffect, useRef, useState } from 'preact/hooks';
import type { MethodName, Params, Result } from '../../../protocol/methods.ts';
import type { Server } from '../connection/server.ts';
import { useStore } from './store.ts';

export interface Asked<M extends MethodName> {
  /** `null` until the answer is there. */
  readonly result: Result<M> | null;
  readonly problem: unknown;
}

/** The answer of a method, asked again when its params change. @param params `null` asks nothing */
export function useAsked<M extends MethodName>(
  server: Server,
  method: M,
  params: Params<M> | null,
): Asked<M> {
  const { status } = useStore(server);
  const [asked, setAsked] = useState<Asked<M>>({ result: null, problem: null });
  const latest = useRef(0);
  const key = JSON.stringify(params);
  useEffect(() => {
    latest.current += 1;
    const mine = latest.current;
    setAsked({ result: null, problem: null });
    if (status !== 'open' || params === null) return;
    server.call(method, params).then(
      (result) => mine === latest.current && setAsked({ result, problem: null }),
      (problem: unknown) => mine === latest.current && setAsked({ result: null, problem }),
    );
  }, [method, key, status]);
  return asked;
}
