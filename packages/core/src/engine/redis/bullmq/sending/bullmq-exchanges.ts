// The exchanges of a namespace in Redis: a hash beside the queues, and a script that adds to all of them or none.
import type { Confirm, ConfirmDemand, SendOutcome, SendRefusal } from '../../../broker.js';
import { BrokerReplyError, ServerRefusalError } from '../../../broker-errors.js';
import type {
  ExchangesChange,
  ExchangeStore,
  PublishAnswer,
  PublishCall,
  StoredExchanges,
} from '../../../exchange-store.js';
import type { ConnectionGuard } from '../../connection/connection-guard.js';
import { isLonger, tooLong, type ScriptClient } from '../../connection/redis-script.js';
import type { ServerFacts } from '../../connection/server-facts.js';
import type { SendTarget } from '../channel/channel-call.js';
import type { QueueKeys } from '../queue-keys.js';
import { CONSTANTS } from '../scripts/built-scripts.js';
import { scripts } from '../scripts/scripts.js';
import type { ConfirmedSendsByKind } from './confirmed-sends.js';
import type { Outbox } from './outbox.js';
import { dropQueue, type WholeQueue } from './dropping.js';
import { readOutcome, sentOptions } from './send-call.js';

/** What the exchanges need. */
export interface BullmqExchangesDeps {
  /** Of the place where they are kept, as if it were a queue. */
  readonly name: string;
  readonly keys: QueueKeys;
  readonly guard: ConnectionGuard;
  readonly server: ServerFacts;
  readonly targetOf: (queue: string) => SendTarget;
  /** A queue as a whole, with the connection to it, and what removes it from the list of all. */
  readonly wholeOf: (queue: string) => WholeQueue;
  readonly confirmed: ConfirmedSendsByKind;
  /** Given in a cluster, whose queues lie on several servers. */
  readonly outbox: Outbox | undefined;
}

/** The {@link ExchangeStore} beside BullMQ's queues. */
export class BullmqExchanges implements ExchangeStore {
  readonly #deps: BullmqExchangesDeps;

  constructor(deps: BullmqExchangesDeps) {
    this.#deps = deps;
  }

  async read(): Promise<StoredExchanges> {
    const { guard, keys } = this.#deps;
    const answer = await guard.read((client) => scripts.readExchanges.run(client, [keys.exchanges], []));
    if (!Array.isArray(answer)) throw new BrokerReplyError('the script that reads exchanges');
    const texts = answer as readonly string[];
    const entries = new Map<string, string>();
    for (let i = 0; i < texts.length; i += 2) entries.set(texts[i] ?? '', texts[i + 1] ?? '');
    const version = entries.get(CONSTANTS.versionField) ?? '0';
    entries.delete(CONSTANTS.versionField);
    return { version, entries };
  }

  async change({ version, put, remove }: ExchangesChange): Promise<'changed' | 'stale'> {
    const { guard, keys } = this.#deps;
    const args = [version, put.length, ...put.flat(), ...remove];
    const answer = await guard.run((client) => scripts.changeExchanges.run(client, [keys.exchanges], args));
    return answer === 1 ? 'changed' : 'stale';
  }

  async publish(call: PublishCall, demand?: ConfirmDemand): Promise<PublishAnswer> {
    const { guard, keys, outbox, confirmed } = this.#deps;
    const refusal = this.#refusalOf(call);
    if (refusal) return refusal;
    if (outbox?.isFull) throw new ServerRefusalError(FULL_OUTBOX);
    await outbox?.enter();
    const { barrier: barrierKey } = keys;
    const add = (client: ScriptClient) => this.#publish(client, call);
    const sends = demand && confirmed.of(this.#deps, demand.confirm);
    if (!sends) return this.#forwarded(await guard.run(add));
    const { added, shortfall } = await sends.send({ add, barrierKey, timeoutMs: demand.timeoutMs });
    this.#forwarded(added);
    return typeof added === 'object' && 'outcomes' in added ? { ...added, shortfall } : added;
  }

  async hold(queue: string, leaseMs: number): Promise<void> {
    const { guard, keys } = this.#deps;
    await guard.run((client) => client.set(leaseKey(keys, queue), '1', 'PX', leaseMs));
  }

  async unheld(queues: readonly string[]): Promise<readonly string[]> {
    const { guard, keys } = this.#deps;
    const held = await guard.run((client) => Promise.all(queues.map((queue) => client.exists(leaseKey(keys, queue)))));
    return queues.filter((_, n) => held[n] === 0);
  }

  async drop(queue: string): Promise<void> {
    const { guard, keys, wholeOf } = this.#deps;
    await dropQueue(wholeOf(queue));
    await guard.run((client) => client.del(leaseKey(keys, queue)));
  }

  connected(confirm: Confirm, signal: AbortSignal): Promise<void> {
    const { guard, confirmed } = this.#deps;
    const sends = confirm === 'accepted' ? undefined : confirmed.of(this.#deps, confirm);
    return sends ? sends.connected(signal) : guard.whole(signal);
  }

  /** A text that is too long would break the connection, and every call on it. */
  #refusalOf({ jobs }: PublishCall): PublishAnswer | undefined {
    const { maxTextBytes } = this.#deps.server;
    const payload = jobs[0]?.job.payload ?? '';
    if (!isLonger(payload, maxTextBytes)) return undefined;
    return { at: 0, refusal: { refused: `it has ${tooLong(payload, maxTextBytes)}` } };
  }

  async #publish(client: ScriptClient, { version, jobs, isRepeat }: PublishCall): Promise<PublishAnswer> {
    const { keys, outbox, targetOf } = this.#deps;
    const routes: string[] = [];
    const scriptKeys = [keys.exchanges];
    for (const { queue, job } of jobs) {
      const { prefix } = targetOf(queue);
      // Of each queue a key, so that a user who may not write there is refused before anything is written. In a cluster they are elsewhere.
      if (outbox === undefined) scriptKeys.push(prefix + job.id);
      routes.push(prefix, outbox ? nameIn(prefix) : '', job.id, job.name, sentOptions(job));
    }
    const head = [version, isRepeat ? '1' : '0', outbox ? keys.outboxes : '', jobs[0]?.job.payload ?? ''];
    const answer = readAnswer(await scripts.publish.run(client, scriptKeys, [...head, ...routes]));
    const isLater = outbox && jobs.length > 0 && typeof answer === 'object' && 'outcomes' in answer;
    return isLater ? { ...answer, isLater } : answer;
  }

  #forwarded(answer: PublishAnswer): PublishAnswer {
    if (answer !== 'stale') this.#deps.outbox?.forward();
    return answer;
  }
}

function leaseKey({ prefix }: QueueKeys, queue: string): string {
  return `${prefix}acktor:lease:${queue}`;
}

/** The queue's part of its keys: `<namespace>:<name>:`, and no name holds a colon. */
function nameIn(prefix: string): string {
  return prefix.slice(prefix.lastIndexOf(':', prefix.length - 2) + 1, -1);
}

function readAnswer(answer: unknown): PublishAnswer {
  if (answer === 'stale') return answer;
  if (!Array.isArray(answer)) throw new BrokerReplyError('the publish script');
  const [word, n, found] = answer as readonly unknown[];
  if (word === 'refused') return { at: Number(n) - 1, refusal: { refused: String(found) } };
  if (word === 'full')
    return { at: Number(n) - 1, refusal: { refused: 'the queue is full', full: { waiting: Number(found) } } };
  const outcomes = answer.map(readOutcome);
  if (!outcomes.every(isOutcome)) throw new BrokerReplyError('the publish script');
  return { outcomes };
}

function isOutcome(outcome: SendOutcome | SendRefusal): outcome is SendOutcome {
  return typeof outcome === 'string' || !('refused' in outcome);
}

const FULL_OUTBOX = 'too many published jobs wait for a queue on another server of the cluster that takes none';
