// How long a job is on its way to an idle consumer.
import type { BenchCase } from './bench-case.js';

export const startIdleCase: BenchCase = {
  name: 'start-idle',
  about: '300 jobs sent one at a time to 10 idle consumers: from before the send to the start of the handler',
  peers: ['bullmq', 'rabbitmq'],
  quickPeers: ['bullmq'],
  mostRounds: 5,
  run: async (subject, bench) => {
    const worker = bench.start(subject, { kind: 'listen', consumers: 10, samples: SAMPLES });
    await worker.ready();
    const sender = bench.start(subject, { kind: 'trickle', samples: SAMPLES, everyMs: EVERY_MS });
    const { start_ms_p50, start_ms_p99 } = await worker.done();
    await sender.leave();
    await worker.leave();
    return { ...(start_ms_p50 !== undefined && { start_ms_p50 }), ...(start_ms_p99 !== undefined && { start_ms_p99 }) };
  },
};

const SAMPLES = 300;
/** Long enough that the job before is settled and its consumer waits again. */
const EVERY_MS = 10;
