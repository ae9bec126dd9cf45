import type { Container, Limits } from '../engine.ts';
import { RunnerChannel, type RunnerReply } from '../link/channel.ts';
import { greeted } from '../link/greeting.ts';
import { escapes, reportCode, reportProgram, type Vantage } from './confinement-report.ts';

/** Limits of a container that is only tried out. */
export const trialLimits: Limits = {
  memoryBytes: 2 ** 28,
  cpus: 1,
  pids: 128,
  layerBytes: 2 ** 24,
  layerInodes: 4096,
};

const MAX_OUTPUT = 65_536;

/**
 * Try out everything that an episode needs of a container: its session, a program beside the session, an inspection. Each
 * reports its own confinement. The container cannot be used afterwards.
 * @throws {Error} saying what does not work or is not confined
 */
export async function tryOut(container: Container, timeoutMs: number): Promise<void> {
  const channel = new RunnerChannel(container.stream);
  const late = () => channel.close('unresponsive', `It was not ready within ${timeoutMs} ms.`);
  const timer = setTimeout(late, timeoutMs);
  try {
    const { session } = await greeted(container, channel);
    const limits = { timeout_ms: timeoutMs, max_output: MAX_OUTPUT };
    const code = reportCode[session];
    const run = { ...limits, code_length: Buffer.byteLength(code) };
    check('a session', await channel.request('run', run, { payload: [code] }));
    const program = { ...limits, argv: reportProgram, cwd: '/', env: {} };
    check('a program beside the session', await channel.request('exec', program));
    if (container.isolation === 'replace') return;
    check('an inspection', await channel.request('inspect', { ...limits, argv: reportProgram, cwd: '/' }));
  } finally {
    clearTimeout(timer);
  }
}

function check(vantage: Vantage, { header, payload }: RunnerReply): void {
  if (header.exit_code !== 0) throw new Error(`${vantage} does not work: ${payload}`);
  const found = escapes(vantage, payload.toString());
  if (found.length > 0) throw new Error(`the confinement does not hold: ${found.join('; ')}`);
}
