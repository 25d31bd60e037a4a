// A look at the queue on the server itself, past every proxy.
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { connectRedis, RedisAddress } from '@acktor/core/internal';
import type { Census, JobState } from '../checker/evidence.js';
import { nowMs } from './time.js';
import { QUEUE } from '../fleet/trial-job.js';

export class QueueView implements AsyncDisposable {
  /** A connection of the trial's own, for whatever a scenario wants of the server. */
  readonly client: Redis;

  readonly #prefix: string;

  private constructor(client: Redis, prefix: string) {
    this.client = client;
    this.#prefix = prefix;
  }

  static async open(url: string): Promise<QueueView> {
    const address = RedisAddress.parse(url);
    const prefix = address.isCluster ? `bull:{${QUEUE}}:` : key('');
    return new QueueView(await connectRedis(address, { name: 'chaos-view', key: prefix }), prefix);
  }

  /** How many jobs are under way, and how many wait in whatever way: at one moment, for a job may go from one to the other. */
  async load(): Promise<{ readonly active: number; readonly waiting: number }> {
    // A script, for a server without memory takes no transaction.
    const keys = ['active', 'wait', 'prioritized', 'delayed'].map((part) => this.#key(part));
    const [active, waiting] = (await this.client.eval(READ_LOAD, keys.length, ...keys)) as [number, number];
    return { active, waiting };
  }

  /** Resolves with true when the condition holds; with false when it does not within the time. */
  async within(limitMs: number, holds: () => Promise<boolean>): Promise<boolean> {
    const untilMs = nowMs() + limitMs;
    for (;;) {
      if (await holds()) return true;
      if (nowMs() >= untilMs) return false;
      await pause(LOOK_EVERY_MS);
    }
  }

  /** Resolves with true when nothing is active or waits any more. */
  emptied(limitMs: number): Promise<boolean> {
    return this.within(limitMs, async () => {
      const { active, waiting } = await this.load();
      return active + waiting === 0;
    });
  }

  /** Where each of these jobs stands. */
  async census(ids: readonly string[]): Promise<Census> {
    const states = await Promise.all(ids.map(async (id) => [id, await this.#stateOf(id)] as const));
    const known = states.filter((it): it is readonly [string, JobState] => it[1] !== undefined);
    return { jobs: new Map(known), ...(await this.load()) };
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.client.disconnect();
    return Promise.resolve();
  }

  #key(part: string): string {
    return this.#prefix + part;
  }

  async #stateOf(id: string): Promise<JobState | undefined> {
    const fields = ['name', 'finishedOn', 'returnvalue', 'failedReason'] as const;
    const [name, finishedOn, result, reason] = await this.client.hmget(this.#key(id), ...fields);
    if (typeof name !== 'string') return undefined;
    if (typeof finishedOn !== 'string') return { kind: 'unfinished' };
    if (typeof result !== 'string') return { kind: 'deadLettered', reason: reason ?? 'no reason was kept' };
    return { kind: 'acked', fence: (JSON.parse(result) as { readonly fence: number }).fence };
  }
}

/** The key for a part of the trial's queue, on a server that is no cluster. */
export function key(part: string): string {
  return `bull:${QUEUE}:${part}`;
}

const LOOK_EVERY_MS = 20;

const READ_LOAD = `
local call = redis.call
return { call('LLEN', KEYS[1]), call('LLEN', KEYS[2]) + call('ZCARD', KEYS[3]) + call('ZCARD', KEYS[4]) }`;
