// How many single sends a second a process gets confirmed when many are under way.
import type { BenchCase } from './bench-case.js';

export const sendCase: BenchCase = {
  name: 'send',
  about: '10,000 single sends, 500 in flight, against Queue.add, and RabbitMQ with publisher confirms',
  peers: ['bullmq', 'rabbitmq', 'bee-queue'],
  quickPeers: ['bullmq'],
  run: async (subject, bench) => {
    const sender = bench.start(subject, { kind: 'send', warmUpJobs: 2_000, jobs: 10_000, inFlight: 500 });
    const figures = await sender.done();
    await sender.leave();
    return figures;
  },
};
