import { useState } from 'preact/hooks';
import type { TrajectoryFilter } from '../../../protocol/operator.ts';
import { RpcError } from '../connection/rpc.ts';
import type { Server } from '../connection/server.ts';
import { Problem } from './problem.tsx';

const FORMATS = [
  { format: 'sft', name: 'SFT: chats, JSON lines' },
  { format: 'dpo', name: 'DPO: preference pairs, JSON lines' },
  { format: 'csv', name: 'CSV of results' },
  { format: 'parquet', name: 'Parquet' },
  { format: 'atif', name: 'ATIF of Harbor' },
  { format: 'matrix', name: 'Tests × solutions (python-v1)' },
] as const;

/** Saves what the filter finds as a file. */
export function Export({ filter, server }: { readonly filter: TrajectoryFilter; readonly server: Server }) {
  const [format, setFormat] = useState<string>('sft');
  const [isSaving, setSaving] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setSaving(true);
    setProblem(null);
    try {
      await save(server, format, filter);
    } catch (error) {
      setProblem(error);
    } finally {
      setSaving(false);
    }
  };
  return (
    <form class="export" onSubmit={(event) => void submit(event)}>
      <label>
        <span class="hidden">Format of the export</span>
        <select name="format" value={format} onChange={({ currentTarget }) => setFormat(currentTarget.value)}>
          {FORMATS.map((one) => (
            <option value={one.format}>{one.name}</option>
          ))}
        </select>
      </label>
      <button type="submit" disabled={isSaving}>
        {isSaving ? 'Exporting …' : 'Export these'}
      </button>
      {problem !== null && <Problem error={problem} />}
    </form>
  );
}

/** @throws {RpcError} with the server's words */
async function save(server: Server, format: string, filter: TrajectoryFilter): Promise<void> {
  const query = new URLSearchParams({ format });
  for (const [name, value] of Object.entries(filter)) query.set(name, String(value));
  const headers: Record<string, string> =
    server.token === undefined ? {} : { authorization: `Bearer ${server.token}` };
  const answer = await fetch(`/trajectories/export?${query}`, { headers });
  if (!answer.ok) {
    const { error = answer.statusText }: { error?: string } = await answer.json().catch(() => ({}));
    throw new RpcError('export_failed', error, 'Change the filter or the format.');
  }
  const name = /filename="([\w.-]+)"/.exec(answer.headers.get('content-disposition') ?? '')?.[1];
  const address = URL.createObjectURL(await answer.blob());
  const link = document.createElement('a');
  link.href = address;
  link.download = name ?? `stepwell-${format}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
