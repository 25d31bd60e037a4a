// What consumers cost while there is nothing to do.
import { setTimeout as pause } from 'node:timers/promises';
import type { Figures } from '../measuring/metric.js';
import type { SubjectName } from '../subjects/subjects.js';
import type { Bench, BenchCase } from './bench-case.js';

export const idleCases: readonly BenchCase[] = [
  {
    name: 'idle-100',
    about: '100 consumers on an empty queue; as one Worker of that concurrency, and as so many Workers',
    peers: ['bullmq', 'bullmq-workers'],
    mostRounds: 2,
    isLeftOutOfQuick: true,
    run: (subject, bench) => runIdle(100, subject, bench),
  },
  {
    name: 'idle-1000',
    about: '1,000 consumers on an empty queue; as one Worker of that concurrency',
    peers: ['bullmq'],
    mostRounds: 5,
    run: (subject, bench) => runIdle(1_000, subject, bench),
  },
];

async function runIdle(consumers: number, subject: SubjectName, bench: Bench): Promise<Figures> {
  const { redis, isQuick } = bench;
  const worker = bench.start(subject, { kind: 'idle', consumers });
  await worker.ready();
  const windowMs = isQuick ? QUICK_WINDOW_MS : WINDOW_MS;
  const before = await redis.commands();
  await pause(windowMs);
  // Less the one with which we ask.
  const commands = (await redis.commands()) - before - 1;
  const connections = await redis.connections();
  const figures = await worker.done();
  const { figures: last } = await worker.leave();
  return { ...figures, ...last, connections, commands_per_s: commands / (windowMs / 1_000) };
}

/** Whole turns of what happens every five seconds. */
const WINDOW_MS = 10_000;
const QUICK_WINDOW_MS = 5_000;
