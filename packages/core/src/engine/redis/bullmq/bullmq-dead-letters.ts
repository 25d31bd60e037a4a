// The dead letters of one queue: BullMQ's set of failed jobs.
import type { ConnectionGuard } from '../connection/connection-guard.js';
import type { RedisScript, ScriptClient } from '../connection/redis-script.js';
import type { DeadLetterStore, DeadRecord, DeadSpan, DeadSummary, Death } from '../../dead-letter-store.js';
import { NO_META } from '../../../contract/meta.js';
import type { QueueKeys } from './queue-keys.js';
import { scripts } from './scripts/scripts.js';
import { storedMeta, storedVersion } from './sending/send-call.js';
import { serverNowMs } from './server-time.js';

/** The {@link DeadLetterStore} on BullMQ. */
export class BullmqDeadLetters implements DeadLetterStore {
  readonly #keys: QueueKeys;
  readonly #guard: ConnectionGuard;

  constructor(keys: QueueKeys, guard: ConnectionGuard) {
    this.#keys = keys;
    this.#guard = guard;
  }

  count(): Promise<number> {
    return this.#guard.read((client) => client.zcard(this.#keys.failed));
  }

  nowMs(): Promise<number> {
    return this.#guard.read(serverNowMs);
  }

  async *scan({ sinceMs, untilMs, order }: DeadSpan): AsyncGenerator<readonly DeadSummary[]> {
    const newestMs = await this.#newestMs();
    const span = { sinceMs, untilMs: Math.min(untilMs, newestMs), order };
    // Ranks move when letters go, times do not. Of those that died in the same millisecond as the last one seen, these were seen.
    const seen = new Set<string>();
    let edgeMs: number | undefined;
    for (;;) {
      const page = await this.#page(span, edgeMs, PAGE + seen.size);
      const fresh = page.filter(({ id }) => !seen.has(id));
      const last = fresh.at(-1);
      if (last === undefined) return;
      if (last.deadAtMs !== edgeMs) seen.clear();
      edgeMs = last.deadAtMs;
      for (const { id, deadAtMs } of fresh) if (deadAtMs === edgeMs) seen.add(id);
      yield await this.#summaries(fresh);
    }
  }

  read(ids: readonly string[]): Promise<readonly (DeadRecord | undefined)[]> {
    return this.#guard.read((client) => Promise.all(ids.map((id) => readOne(client, this.#keys, id))));
  }

  redrive(deaths: readonly Death[], payload = ''): Promise<readonly boolean[]> {
    return this.#run(scripts.redrive, deaths, [payload]);
  }

  purge(deaths: readonly Death[]): Promise<readonly boolean[]> {
    return this.#run(scripts.purge, deaths);
  }

  async #run(
    script: RedisScript,
    deaths: readonly Death[],
    before: readonly string[] = [],
  ): Promise<readonly boolean[]> {
    const { channel, prefix } = this.#keys;
    const args = [prefix, ...before, ...deaths.flatMap(({ id, deliveries }) => [id, deliveries])];
    const done = (await this.#guard.run((client) => script.run(client, channel, args))) as readonly number[];
    return done.map((code) => code === 1);
  }

  async #newestMs(): Promise<number> {
    const { failed } = this.#keys;
    const [, newest] = await this.#guard.read((client) => client.zrevrange(failed, 0, 0, 'WITHSCORES'));
    return Number(newest ?? -1);
  }

  async #page({ sinceMs, untilMs, order }: DeadSpan, edgeMs: number | undefined, count: number): Promise<Dead[]> {
    const { failed } = this.#keys;
    const flat = await this.#guard.read((client) =>
      order === 'newest'
        ? client.zrevrangebyscore(failed, edgeMs ?? untilMs, sinceMs, 'WITHSCORES', 'LIMIT', 0, count)
        : client.zrangebyscore(failed, edgeMs ?? sinceMs, untilMs, 'WITHSCORES', 'LIMIT', 0, count),
    );
    return pairsOf(flat);
  }

  async #summaries(page: readonly Dead[]): Promise<readonly DeadSummary[]> {
    const { prefix } = this.#keys;
    const rows = await this.#guard.read((client) =>
      Promise.all(page.map(({ id }) => client.hmget(prefix + id, 'name', 'failedReason', 'ats'))),
    );
    return page.flatMap(({ id, deadAtMs }, i) => {
      const [name, reason, deliveries] = rows[i] ?? [];
      // Another caller removed it between the two reads.
      if (typeof name !== 'string') return [];
      return [{ id, jobName: name, reason: reason ?? '', deadAtMs, deliveries: Number(deliveries ?? 0) }];
    });
  }
}

/** Enough that a round trip pays, few enough that others get their turn. */
const PAGE = 100;

type Dead = Pick<DeadSummary, 'id' | 'deadAtMs'>;

function pairsOf(flat: readonly string[]): Dead[] {
  return flat.flatMap((id, i) => (i % 2 === 0 ? [{ id, deadAtMs: Number(flat[i + 1]) }] : []));
}

async function readOne(client: ScriptClient, keys: QueueKeys, id: string): Promise<DeadRecord | undefined> {
  const deadAtMs = await client.zscore(keys.failed, id);
  // Any text may be asked for, and may complete a key that is no hash.
  if (deadAtMs === null) return undefined;
  const job = await client.hgetall(keys.prefix + id);
  const { name, data, failedReason, stacktrace, history } = job;
  if (name === undefined) return undefined;
  const numberIn = (field: string) => Number(job[field] ?? 0);
  return {
    id,
    jobName: name,
    reason: failedReason ?? '',
    payload: data ?? '{}',
    version: storedVersion(job['opts']),
    meta: storedMeta(job['opts']) ?? NO_META,
    deadAtMs: Number(deadAtMs),
    sentAtMs: numberIn('timestamp'),
    deliveries: numberIn('ats'),
    attemptsMade: numberIn('atm'),
    leasesLost: numberIn('stc'),
    priority: numberIn('priority'),
    redrives: numberIn('redrives'),
    stacks: stacktrace,
    history,
  };
}
