// A handler file as a user's build leaves it, whose deliveries a test in another process can hear of.
import 'reflect-metadata';
import { job } from '@acktor/core';
import { connectRedis, RedisAddress } from '@acktor/core/internal';
import { handles, type Delivery, type Handler } from '@acktor/worker';
import { setTimeout as takeTime } from 'node:timers/promises';
import { singleton, type Disposable } from 'tsyringe';
import { z } from 'zod';

export const task = job('task', {
  queue: 'tasks',
  data: z.object({
    /** Where to say that it has begun: a list on a server. */
    url: z.string(),
    list: z.string(),
    /** How long it takes; the first delivery of one that is to `stick` never ends by itself, and none of one that is to `hold`. */
    takesMs: z.int(),
    does: z.enum(['work', 'stick', 'hold', 'crash', 'babble']),
  }),
  result: z.object({ pid: z.int(), fence: z.int() }),
  attempts: 1,
});

/** What a handler says when it begins. */
export interface Begun {
  readonly id: string;
  readonly pid: number;
  readonly fence: number;
  readonly atMs: number;
}

/** What a program may send to its parent process, whoever that is. */
const BABBLE = [null, 'hello', [], { type: 'metrics', question: 1, metrics: [null] }, { type: 'running', workerId: 3 }];

let client: ReturnType<typeof connectRedis> | undefined;

/** Registered globally, so that it lives as long as its process. */
@singleton()
class Goodbye implements Disposable {
  dispose() {
    if (process.env['ACKTOR_LOG_LEVEL'] !== 'silent') process.stderr.write(`goodbye of ${process.pid}\n`);
  }
}

@handles(task)
export class DoTask implements Handler<typeof task> {
  constructor(readonly goodbye: Goodbye) {}

  async handle({ data, id, fence }: Delivery<typeof task>) {
    const begun: Begun = { id, pid: process.pid, fence, atMs: Date.now() };
    client ??= connectRedis(RedisAddress.parse(data.url), { name: 'acktor-test-task' });
    await (await client).rpush(data.list, JSON.stringify(begun));
    if (data.does === 'crash') process.exit(7);
    if (data.does === 'hold') await new Promise<never>(() => undefined);
    if (data.does === 'babble') for (const message of BABBLE) process.send?.(message);
    if (data.does === 'stick' && fence === 1) await new Promise<never>(() => undefined);
    await takeTime(data.takesMs);
    return { pid: process.pid, fence };
  }
}
