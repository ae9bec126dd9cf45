import { mkdtemp } from 'node:fs/promises';
import { openEngine } from '/work/p-fork/docker/engines/choice.ts';
import { SandboxPool } from '/work/p-fork/docker/pool/pool.ts';
const home = await mkdtemp('/tmp/stepwell-test-');
const opened = await openEngine({ runtime: 'local', home });
const pool = new SandboxPool(opened.engine, { images: { bash: { warm: 2, max: 3 } } });
pool.start();
const acq = () => pool.acquire({ image: 'bash', purpose: 'episode', queueTimeoutMs: 60_000 });
const run = async (s: any, code: string) => (await s.run({ code, timeoutMs: 10_000, maxOutputBytes: 65_536 })).output.toString();
try {
  const a = await acq();
  await run(a, process.argv[2] ?? '');
  let t = performance.now();
  const snap = await a.snapshot();
  console.log('snapshot', (performance.now() - t).toFixed(1), snap.reasons, snap.processes, snap.state?.length);
  const b = await acq();
  if (snap.state) {
    if (process.argv[4]) console.log(snap.state.toString('latin1'));
    t = performance.now();
    try { await b.restore(snap); console.log('restored', (performance.now() - t).toFixed(1)); console.log(await run(b, process.argv[3] ?? 'pwd')); } catch (e) { console.log(e);
    }
  }
  if (process.argv[6]) { for (let i=0;i<8;i++) await b.restore(snap); await b.snapshot().catch((e)=>console.log(e.message.split('; ').join('\n'))); }
  if (process.argv[5]) { const ts=[], tr=[]; for (let i=0;i<50;i++){ let t=performance.now(); const s=await a.snapshot(); ts.push(performance.now()-t); t=performance.now(); await b.restore(s); tr.push(performance.now()-t);} ts.sort((x,y)=>x-y); tr.sort((x,y)=>x-y); console.log('p50', ts[25], tr[25], 'p90', ts[45], tr[45]); }
} finally { await pool.drain(1000); await opened.close(); }
