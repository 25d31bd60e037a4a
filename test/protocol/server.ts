// The protocol of a queue, part 1: the server. Each method is one script, which runs alone and whole.
import type { Switches } from './rules.js';

export type WorkerName = 'A' | 'B';
export type How = 'ack' | 'retry';
export type Outcome = 'stored' | 'lost';

/** A job in one worker's hands: the token of the lease, and what the record counted when it was fetched. */
export interface Delivery {
  readonly job: string;
  readonly token: string;
  readonly fence: number;
  readonly lost: number;
}

interface JobRecord {
  readonly id: string;
  /** How often the job was fetched, and how often a lease was lost; which worker fetched it last. */
  fence: number;
  lost: number;
  worker: WorkerName | undefined;
  /** The token of the lease; undefined when there is none, or it has expired. */
  lease: string | undefined;
  /** The delivery that was neither settled nor given back. No server stores it: it is for the invariants. */
  current: string | undefined;
}

/** One queue. The next, or the oldest, stands first. */
export class Server {
  wait: string[] = [];
  active: string[] = [];
  acked: string[] = [];
  /** Which acks have added their job to another queue, which no worker consumes. */
  sent: string[] = [];
  /** The deliveries whose settlement was stored, for the invariants. */
  stored: string[] = [];
  readonly records = new Map<string, JobRecord>();
  readonly #rules: Switches;

  constructor(rules: Switches, jobs: readonly string[] = []) {
    this.#rules = rules;
    this.wait = [...jobs];
    for (const id of jobs)
      this.records.set(id, { id, fence: 0, lost: 0, worker: undefined, lease: undefined, current: undefined });
  }

  copy(): Server {
    const copy = new Server(this.#rules);
    copy.wait = [...this.wait];
    copy.active = [...this.active];
    copy.acked = [...this.acked];
    copy.sent = [...this.sent];
    copy.stored = [...this.stored];
    for (const record of this.records.values()) copy.records.set(record.id, { ...record });
    return copy;
  }

  /**
   * Two servers with the same key have the same future. `asked` are the deliveries that may still be asked for: where there is none of an
   * acked job, nothing of it matters any more.
   */
  key(asked?: readonly Delivery[], nameOf: (token: string) => string = String): string {
    let key = `${this.wait.join('')};${this.active.join('')};${this.sent.length}`;
    for (const { id, fence, lost, worker, lease, current } of this.records.values()) {
      const isOver = this.acked.includes(id) && asked?.some(({ job }) => job === id) === false;
      const tokens = [lease, lease === current ? undefined : (current ?? '')].map((token) => token && nameOf(token));
      key += isOver ? ';' : `;${fence},${lost}${worker ?? ''}${tokens.join('!')}`;
    }
    for (const { token } of asked ?? []) if (this.stored.includes(token)) key += `+${nameOf(token)}`;
    return key;
  }

  record(id: string): JobRecord {
    const record = this.records.get(id);
    if (record === undefined) throw new RangeError(`expected a job of the model, got ${id}`);
    return record;
  }

  /** Leases the next job. */
  fetch(token: string): Delivery | undefined {
    const job = this.wait.shift();
    if (job === undefined) return undefined;
    this.active.push(job);
    const record = this.record(job);
    if (this.#rules.fence || record.fence === 0) record.fence += 1;
    Object.assign(record, { worker: workerOf(token), lease: token, current: token });
    return { job, token, fence: record.fence, lost: record.lost };
  }

  /** Ends a delivery: an ack, which carries a job to be added, or a retry at once, at the tail. */
  settle(delivery: Delivery, how: How): Outcome {
    const { job, token } = delivery;
    if (how === 'ack' && !this.#rules.sends) this.sent.push(job);
    const isHolder = this.record(job).lease === token || (!this.#rules.token && this.active.includes(job));
    if (!isHolder && !this.#takeUp(delivery)) return this.#isSettledBy(delivery) ? 'stored' : 'lost';
    this.#leave(job);
    this.stored.push(token);
    (how === 'ack' ? this.acked : this.wait).push(job);
    if (how === 'ack' && this.#rules.sends) this.sent.push(job);
    return 'stored';
  }

  /** Renews what is held, or takes it up again. Returns the tokens of what is lost. */
  renew(held: readonly Delivery[]): readonly string[] {
    const isKept = (delivery: Delivery) => {
      const { lease } = this.record(delivery.job);
      if (lease === undefined) return this.#takeUp(delivery);
      return lease === delivery.token || !this.#rules.owner;
    };
    return held.filter((delivery) => !isKept(delivery)).map(({ token }) => token);
  }

  /** Gives back what is leased to a worker that it does not know of. No handler had it, so nothing is counted. */
  reconcile(known: Known): readonly string[] {
    const orphans = this.orphansOf(known);
    for (const job of orphans) {
      this.#leave(job);
      this.wait.unshift(job);
    }
    return orphans;
  }

  /** The newest first, so that the oldest ends up at the head; as whenever jobs are given back. */
  orphansOf({ worker, last, held }: Known): readonly string[] {
    const { reconcile, answered, spare } = this.#rules;
    const isOrphan = (token: string) =>
      workerOf(token) === worker && (numberOf(token) <= last || !answered) && !(spare && held.includes(token));
    return this.#leased((token) => reconcile && token !== undefined && isOrphan(token));
  }

  /** The reaper's turn: what no living worker has a lease of is taken from it, and goes to the head. */
  reap(isDead: (worker: WorkerName) => boolean): readonly string[] {
    return this.#giveBack(this.#leased((token) => token === undefined || !this.#rules.dead || isDead(workerOf(token))));
  }

  /** What a worker had whose supervisor has seen it end. */
  release(dead: WorkerName): readonly string[] {
    return this.#giveBack(this.#leased((token) => token !== undefined && workerOf(token) === dead));
  }

  #giveBack(jobs: readonly string[]): readonly string[] {
    for (const job of jobs) {
      const { lease, lost } = this.record(job);
      this.#leave(job);
      if (!this.#rules.unlock) this.record(job).lease = lease;
      if (this.#rules.loss) this.record(job).lost = lost + 1;
      this.wait.unshift(job);
    }
    return jobs;
  }

  #leased(isMeant: (lease: string | undefined) => boolean): readonly string[] {
    return this.active.toReversed().filter((job) => isMeant(this.record(job).lease));
  }

  /** A lease that expired is its holder's for as long as nothing else has happened to the job. */
  #takeUp(delivery: Delivery): boolean {
    const record = this.record(delivery.job);
    if (record.lease !== undefined || (this.#rules.expired && !this.#isLast(delivery))) return false;
    if (this.#rules.active && !this.active.includes(record.id)) return false;
    record.lease = delivery.token;
    return true;
  }

  #isSettledBy(delivery: Delivery): boolean {
    const { recognized, recognizedCounts } = this.#rules;
    return recognized && !this.active.includes(delivery.job) && (this.#isLast(delivery) || !recognizedCounts);
  }

  /** Whether the job was neither fetched nor taken away since. */
  #isLast({ job, token, fence, lost }: Delivery): boolean {
    const record = this.record(job);
    const isSameWorker = record.worker === workerOf(token) || !this.#rules.worker;
    return record.fence === fence && record.lost === lost && isSameWorker;
  }

  #leave(job: string): void {
    this.active = this.active.filter((each) => each !== job);
    Object.assign(this.record(job), { lease: undefined, current: undefined });
  }
}

/** What a worker says when it reconciles: what it holds, and its last token whose fetch is answered or given up. */
export interface Known {
  readonly worker: WorkerName;
  readonly last: number;
  readonly held: readonly string[];
}

export function workerOf(token: string): WorkerName {
  return token.startsWith('A') ? 'A' : 'B';
}

export function numberOf(token: string): number {
  return Number(token.slice('A|'.length));
}
