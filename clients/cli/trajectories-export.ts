import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { ExportFormat } from '../../protocol/operator.ts';
import type { Cli } from './cli.ts';
import { addFilterFlags, type FilterFlags, filterOf } from './recordings/filter-flags.ts';
import { openStore } from './recordings/source.ts';

interface ExportFlags extends FilterFlags {
  readonly folder?: string;
  readonly out?: string;
}

const NOTES = `
Formats: sft (conversations for fine-tuning), dpo (preference pairs), matrix (tests and solutions of python-v1), atif (Harbor's
format), parquet, csv. protocol/export.md has their fields. E.g.:
  stepwell trajectories export sft --reward '>=0.9' --out good.jsonl`;

/** `stepwell trajectories export`: write trajectories in another format. */
export function addExport(trajectories: Command, cli: Cli): void {
  const command = trajectories
    .command('export')
    .description('write recorded episodes for trainers and tables')
    .argument('<format>', ExportFormat.options.join(', '), formatOf)
    .option('--out <file>', 'file to write (default: standard output)')
    .option(
      '--folder <path>',
      'folder of trajectories (default: $STEPWELL_TRAJECTORIES, or that of the state folder)',
    );
  addFilterFlags(command);
  command.addHelpText('after', NOTES);
  command.action(async (format: ExportFormat, flags: ExportFlags) => {
    const store = await openStore(cli.terminal, flags);
    try {
      const { exported } = await import('../../server/store/export/formats.ts');
      const pieces = Readable.from(exported(format, store, filterOf(flags)), { objectMode: false });
      if (flags.out === undefined) await pipeline(pieces, cli.terminal.output, { end: false });
      else await write(pieces, flags.out);
    } finally {
      store.close();
    }
  });
}

/** All or nothing: an export that fails leaves the file that was there. */
async function write(pieces: Readable, path: string): Promise<void> {
  const part = `${path}.part`;
  try {
    await pipeline(pieces, createWriteStream(part));
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

function formatOf(text: string): ExportFormat {
  const format = ExportFormat.safeParse(text);
  if (format.success) return format.data;
  throw new InvalidArgumentError(`Give one of ${ExportFormat.options.join(', ')}.`);
}
