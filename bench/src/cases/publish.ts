// How many publishes a second a process gets confirmed, to one queue and to many, where the disk has each before it is confirmed.
import { PUBLISHED_TO } from '../subjects/peer.js';
import type { BenchCase } from './bench-case.js';

/** RabbitMQ confirms a persistent message when its disk has it; so Redis syncs its file before it answers, too. */
export const publishCases: readonly BenchCase[] = PUBLISHED_TO.map((queues) => ({
  name: `publish-${queues}`,
  about: `publishes to ${queues} ${queues === 1 ? 'queue' : 'queues'}, 100 in flight, each synced to disk, against RabbitMQ with publisher confirms`,
  peers: ['rabbitmq'],
  isLeftOutOfQuick: true,
  run: async (subject, bench) => {
    if (subject === 'acktor') await bench.redis.syncEachWrite();
    const jobs = JOBS[queues];
    const publisher = bench.start(subject, { kind: 'publish', queues, warmUpJobs: jobs / 5, jobs, inFlight: 100 });
    const figures = await publisher.done();
    await publisher.leave();
    return figures;
  },
}));

/** Some seconds of each. */
const JOBS = { 1: 10_000, 10: 5_000, 100: 500 } as const;
