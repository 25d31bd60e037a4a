// How much of what one Redis can do with Acktor's scripts a worker gets out of it.
import { replay } from '../replay/pipelined-client.js';
import { Tap } from '../replay/tap.js';
import type { Figures } from '../measuring/metric.js';
import type { Bench, BenchCase } from './bench-case.js';
import { requireFinished } from './filling.js';
import { runFifty } from './throughput.js';

export const redisLimitCase: BenchCase = {
  name: 'redis-limit',
  about:
    "noop-50, against a plain client that pipelines the very calls that Acktor's worker made of Redis, with no work in Node",
  peers: ['pipelined-client'],
  run: async (subject, bench) => {
    const jobs = bench.isQuick ? 10_000 : 40_000;
    if (subject === 'pipelined-client') return replayAll(jobs, bench);
    const { jobs_per_s, server_cpu_us_per_job } = await runFifty(jobs, subject, bench);
    return { ...(jobs_per_s && { jobs_per_s }), ...(server_cpu_us_per_job && { server_cpu_us_per_job }) };
  },
};

/** Sends and works off the jobs once for the record, and again from the record, on an empty server. */
async function replayAll(jobs: number, bench: Bench): Promise<Figures> {
  const { server } = bench;
  const { fill, work } = await record(jobs, bench);
  await server.clear();
  await replay(fill, server.address);
  await server.settle();
  const tookMicros = await replay(work, server.address);
  // The same calls find the same jobs: what is left would be what was not measured.
  await requireFinished('pipelined-client', bench);
  const { server_cpu_us_per_job } = await server.costPerJob(jobs);
  return { jobs_per_s: (jobs * 1_000_000) / tookMicros, ...(server_cpu_us_per_job && { server_cpu_us_per_job }) };
}

async function record(jobs: number, { server, start }: Bench) {
  await using tap = await Tap.open(server.address);
  const sender = start('acktor', { kind: 'fill', jobs, address: tap.address });
  await sender.done();
  await sender.leave();
  const fill = tap.takeScriptCalls();
  const order = { kind: 'work', consumers: 50, warmUpJobs: 0, jobs, handlerMs: 0 } as const;
  const worker = start('acktor', { ...order, address: tap.address });
  await worker.done();
  await worker.leave();
  return { fill, work: tap.takeScriptCalls() };
}
