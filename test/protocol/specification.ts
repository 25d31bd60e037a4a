// The protocol of a queue. Two workers share one queue of a server; connections break, workers die, the server forgets. A `World` is one
// moment: `steps()` are all that can happen next, each as a sentence and the world it leads to. `promises.ts` has what must hold,
// `search.ts` walks every world to its end, and `engine-run.ts` does what a trace says on a real engine, and compares.

/** What the protocol stands on. With any of these switched off, the search finds a story in which a promise is broken. */
export const rules = {
  token: 'a settlement is stored for the holder of the lease only',
  expired: 'an expired lease is taken up again only if no other delivery came after it: the record counts the same',
  worker: 'and only by the worker that fetched the job last: a server that forgot counts the same again',
  active: 'and only while the job is active',
  recognized: 'a settlement that is made again is recognized',
  recognizedCounts: 'and only while the counts of the record stand',
  fence: 'a fetch counts the delivery',
  loss: 'giving back from a lost worker counts the lost lease',
  unlock: 'giving back ends the lease',
  owner: 'a renewal refuses what is leased to another delivery',
  dead: 'the reaper takes leases from dead workers only',
  holdOff: 'after a restart or failover the reaper waits until the workers are back',
  reconcile: 'a worker that was cut off gives back what is leased to it and not held by it',
  search: 'and looks again later, for a fetch may come late',
  spare: 'and spares what it holds',
  answered: 'and what it has just fetched, whose reply is on its way',
  first: 'a settlement that was interrupted is made again before anything else',
  sends: 'the jobs that a settlement carries are added if, and only if, it is stored',
} as const;
export type Name = 'A' | 'B';
export const NAMES: readonly Name[] = ['A', 'B'];

/** A job in a worker's hands: the token of its lease (`A|1` is A's first), and what the record counted when it was fetched. */
export type Delivery = { readonly job: string; readonly token: string; readonly fence: number; readonly lost: number };
export type How = 'ack' | 'retry';
/** Deliveries and lost leases are counted. No server stores the `owner`: the delivery that was neither settled nor given back. */
type Stored = { fence: number; lost: number; worker?: Name; lease?: string | undefined; owner?: string | undefined };
/** What a worker says when it reconciles: what it holds, and its last token whose fetch is answered or given up. */
export type Known = { readonly worker: Name; readonly last: number; readonly held: readonly string[] };

/** The server: each method is a script, which runs alone and whole. Of lists the next, or the oldest, stands first. */
export class Server {
  wait: readonly string[] = [];
  active: readonly string[] = [];
  acked: readonly string[] = [];
  /** Whose ack has added the job that it carries; and the tokens under which settlements were stored. */
  added: readonly string[] = [];
  stored: readonly string[] = [];
  records: Readonly<Record<string, Stored>> = {};
  constructor(readonly on: Readonly<Record<keyof typeof rules, boolean>>) {}
  /** Leases the next job. */
  fetch(token: string): Delivery | undefined {
    const [job, ...rest] = this.wait;
    if (job === undefined) return undefined;
    const { fence: before, lost } = this.record(job);
    const fence = this.on.fence || before === 0 ? before + 1 : before;
    Object.assign(this, { wait: rest, active: [...this.active, job] });
    this.change(job, { fence, worker: workerOf(token), lease: token, owner: token });
    return { job, token, fence, lost };
  }
  /** Ends a delivery: an ack, which carries a job to be added, or a retry at once, at the tail. */
  settle(delivery: Delivery, how: How): 'stored' | 'lost' {
    const { job, token } = delivery;
    const { token: checks, recognized, recognizedCounts, sends } = this.on;
    const isActive = this.active.includes(job);
    const isHeld = this.record(job).lease === token || (!checks && isActive) || this.takesUp(delivery);
    if (how === 'ack' && (isHeld || !sends)) this.added = [...this.added, job];
    if (!isHeld) return recognized && !isActive && (this.isLast(delivery) || !recognizedCounts) ? 'stored' : 'lost';
    this.leave(job, {});
    this.stored = [...this.stored, token];
    if (how === 'ack') this.acked = [...this.acked, job];
    else this.wait = [...this.wait, job];
    return 'stored';
  }
  /** Renews what is held, or takes it up again. Returns the tokens of what is lost. */
  renew(held: readonly Delivery[]): readonly string[] {
    const isLost = (delivery: Delivery) => {
      const { lease } = this.record(delivery.job);
      return lease === undefined ? !this.takesUp(delivery) : lease !== delivery.token && this.on.owner;
    };
    return held.filter(isLost).map(({ token }) => token);
  }
  /** Gives back what is leased to a worker that does not know of it. No handler had it, so no loss is counted. */
  reconcile({ worker, last, held }: Known): readonly string[] {
    const { reconcile, answered, spare } = this.on;
    const isUnknown = (lease: string) =>
      workerOf(lease) === worker && (numberOf(lease) <= last || !answered) && !(spare && held.includes(lease));
    return this.giveBack(0, (lease) => reconcile && lease !== undefined && isUnknown(lease));
  }
  /** The reaper's turn: takes what no living worker has a lease of. */
  reap(dead: readonly Name[]): readonly string[] {
    return this.giveBack(1, (lease) => !lease || !this.on.dead || dead.includes(workerOf(lease)));
  }
  /** Takes what a worker had whose supervisor has seen it end. */
  release(dead: Name): readonly string[] {
    return this.giveBack(1, (lease) => lease !== undefined && workerOf(lease) === dead);
  }
  /** To the head, the oldest first. */
  giveBack(losses: 0 | 1, isMeant: (lease: string | undefined) => boolean): readonly string[] {
    const jobs = this.active.filter((job) => isMeant(this.record(job).lease));
    for (const job of jobs) {
      const { lease, lost } = this.record(job);
      this.leave(job, { lease: this.on.unlock ? undefined : lease, lost: this.on.loss ? lost + losses : lost });
    }
    this.wait = [...jobs, ...this.wait];
    return jobs;
  }
  /** A lease that expired is its holder's for as long as nothing else has happened to the job. */
  takesUp(delivery: Delivery): boolean {
    const { job, token } = delivery;
    if (this.record(job).lease !== undefined || (this.on.expired && !this.isLast(delivery))) return false;
    if (this.on.active && !this.active.includes(job)) return false;
    this.change(job, { lease: token });
    return true;
  }
  /** Whether the job was neither fetched nor taken away since. */
  isLast({ job, token, fence, lost }: Delivery): boolean {
    const record = this.record(job);
    return record.fence === fence && record.lost === lost && (!this.on.worker || record.worker === workerOf(token));
  }
  leave(job: string, change: Partial<Stored>): void {
    this.active = this.active.filter((each) => each !== job);
    this.change(job, { lease: undefined, owner: undefined, ...change });
  }
  change(job: string, change: Partial<Stored>): void {
    this.records = { ...this.records, [job]: { ...this.record(job), ...change } };
  }
  record(job: string): Stored {
    return this.records[job] ?? { fence: 0, lost: 0 };
  }
  copy(): Server {
    return Object.assign(new Server(this.on), this);
  }
}

/** `asked` is the settlement that was asked for, and not answered. */
export type Held = Delivery & { readonly asked?: How };
/** `away` from when the connection breaks until it has reconciled; then it renews. `coming` is a fetch's reply on its way. */
type State = 'up' | 'away' | 'reconciled' | 'dead';
type Worker = { state: State; last: number; held: readonly Held[]; coming?: Delivery | undefined };
/** A call that left its worker before the connection broke: it arrives at any later time, or never. */
export type Late = { readonly token: string; readonly settlement?: Settlement };
type Settlement = { readonly delivery: Held; readonly how: How };
export type Restart = 'inPlace' | 'onReplica';
/** What becomes of a call: its answer comes, or is lost; it reaches the server later, or never. */
type Fate = 'answered' | 'unanswered' | 'late' | 'lost';
export type Script = 'fetch' | 'settle' | 'renew' | 'reconcile' | 'reap' | 'release';
export type Scope = { jobs: readonly string[]; faults: number; hasServerFaults: boolean; on: Server['on'] };
/** What `must` happen does, sooner or later; what `may` happen happens or not; of faults a trace has a few. */
export type Step = { readonly kind: 'must' | 'may' | 'fault'; readonly text: string; readonly world: World };
type Can = (kind: Step['kind'], text: string, act: (world: World) => unknown) => void;

export class World {
  server: Server;
  /** What the server had before its last two changes, the newest first. */
  past: readonly Server[] = [];
  workers: Readonly<Record<Name, Worker>> = { A: NEW_WORKER, B: NEW_WORKER };
  late: readonly Late[] = [];
  faults: number;
  hows: readonly How[] = ['ack', 'retry'];
  /** Whether a lease has expired or the server has forgotten something: else no worker that lives loses a delivery. */
  mayLose = false;
  isHeldOff = false;
  constructor(readonly scope: Scope) {
    this.faults = scope.faults;
    this.server = Object.assign(new Server(scope.on), { wait: scope.jobs });
  }
  /** All that can happen next. */
  steps(): readonly Step[] {
    const steps: Step[] = [];
    const can: Can = (kind, text, act) => {
      if (kind === 'fault' && this.faults === 0) return;
      const world = Object.assign(Object.create(Object.getPrototypeOf(this) as object) as World, this);
      if (kind === 'fault') world.faults -= 1;
      const found = act(world);
      // A look that finds nothing is no step.
      if (Array.isArray(found) && found.length === 0) return;
      if (NAMES.every((name) => ['up', 'dead'].includes(world.workers[name].state))) world.isHeldOff = false;
      steps.push({ kind, text, world });
    };
    for (const name of NAMES) if (this.workers[name].state !== 'dead') this.stepsOfWorker(name, can);
    this.stepsOfServer(can);
    return steps;
  }

  stepsOfWorker(name: Name, can: Can): void {
    const { state, held, coming } = this.workers[name];
    const isUp = state === 'up';
    if (this.namesOf('dead').length === 0) can('fault', `${name} is killed`, (world) => world.set(name, DEAD));
    if (state === 'away') can('must', `${name} is back, and reconciles`, (world) => world.reconcile(name));
    if (isUp && this.scope.on.search) can('must', `${name} looks for late leases`, (world) => world.reconcile(name));
    const isUnsure = ({ job, token, asked }: Held) => !asked && this.server.record(job).lease !== token;
    if (state === 'reconciled' || (isUp && held.some(isUnsure)))
      can('must', `${name} renews what it holds`, (world) => world.renew(name));
    if (!isUp) return;
    const received = coming && { held: [...held, coming], coming: undefined };
    if (received) can('must', `${name} gets the reply to its fetch`, (world) => world.set(name, received));
    if (received) can('fault', `${name} is cut off before the reply to its fetch`, (world) => world.cut(name));
    const asked = this.scope.on.first ? held.filter((each) => each.asked) : [];
    if (!coming && held.length < 2 && asked.length === 0 && this.server.wait.length > 0) {
      can('must', `${name} fetches`, (world) => world.fetch(name));
      can('fault', `${name} is cut off, its fetch on the way`, (world) => world.fetchLate(name));
    }
    for (const delivery of asked.length > 0 ? asked : held)
      for (const how of delivery.asked ? [delivery.asked] : this.hows) {
        const what = `${how} of ${delivery.job} under ${delivery.token}`;
        const it = { delivery, how };
        can('must', `${name} settles: ${what}`, (world) => world.settle(name, it, 'answered'));
        can('fault', `${name} is cut off, its ${what} unanswered`, (world) => world.settle(name, it, 'unanswered'));
        can('fault', `${name} is cut off, its ${what} on the way`, (world) => world.settle(name, it, 'late'));
      }
  }
  stepsOfServer(can: Can): void {
    const dead = this.namesOf('dead');
    if (!this.isHeldOff) can('must', 'The reaper has its turn', (world) => world.ask('reap', dead));
    for (const name of dead) can('must', `${name}'s supervisor has seen it end`, (world) => world.ask('release', name));
    for (const call of this.late) can('may', `The call under ${call.token} arrives`, (world) => world.arrive(call));
    for (const [job, { lease }] of Object.entries(this.server.records))
      if (lease) can('fault', `${lease} is not renewed in time, and expires`, (world) => world.expire(job));
    if (!this.scope.hasServerFaults) return;
    const acks = this.namesOf('up').flatMap((name) => this.workers[name].held.filter(({ asked }) => !asked));
    for (const how of ['inPlace', 'onReplica'] as const)
      for (let back = 0; back <= this.past.length; back += 1) {
        const what = `${how === 'inPlace' ? 'The server restarts' : 'A replica takes over'} without its last ${back} changes`;
        can('fault', what, (world) => world.restart(how, back));
        for (const ack of acks)
          can('fault', `${what}, while ${ack.token} acks ${ack.job}`, (world) => {
            world.settle(workerOf(ack.token), { delivery: ack, how: 'ack' }, 'lost');
            world.restart(how, back);
          });
      }
  }
  fetch(name: Name): void {
    const last = this.workers[name].last + 1;
    this.set(name, { last, coming: this.ask('fetch', `${name}|${last}`) });
  }
  fetchLate(name: Name): void {
    const last = this.workers[name].last + 1;
    this.late = [...this.late, { token: `${name}|${last}` }];
    this.cut(name, { last });
  }
  settle(name: Name, settlement: Settlement, fate: Fate): void {
    const { delivery, how } = settlement;
    if (fate === 'answered' || fate === 'unanswered') this.ask('settle', delivery, how);
    if (fate === 'late') this.late = [...this.late, { token: delivery.token, settlement }];
    if (how === 'retry') this.hows = ['ack'];
    const left = fate === 'answered' ? [] : { ...delivery, asked: how };
    this.set(name, { held: this.workers[name].held.flatMap((each) => (each === delivery ? left : each)) });
    if (fate !== 'answered') this.cut(name);
  }
  arrive(call: Late): void {
    this.late = this.late.filter((each) => each !== call);
    if (call.settlement) this.ask('settle', call.settlement.delivery, call.settlement.how);
    else this.ask('fetch', call.token);
  }
  reconcile(name: Name): unknown {
    const given = this.ask('reconcile', this.known(name));
    return this.workers[name].state === 'up' ? given : this.set(name, { state: 'reconciled' });
  }
  renew(name: Name): void {
    const { held } = this.workers[name];
    const lost = this.ask('renew', held);
    // What it is about to settle may be lost: the answer to that says more.
    this.set(name, { state: 'up', held: held.filter(({ token, asked }) => asked ?? !lost.includes(token)) });
  }
  cut(name: Name, change: Partial<Worker> = {}): void {
    this.set(name, { ...change, state: 'away', coming: undefined });
  }
  expire(job: string): void {
    this.change((server) => server.change(job, { lease: undefined }));
    this.mayLose = true;
  }
  /** In place, it was away for longer than a lease; a replica takes over at once. No call that was on its way arrives. */
  restart(how: Restart, back: number): void {
    this.server = (this.past[back - 1] ?? this.server).copy();
    if (how === 'inPlace') for (const job of this.server.active) this.server.change(job, { lease: undefined });
    for (const name of NAMES) if (this.workers[name].state !== 'dead') this.cut(name);
    this.mayLose ||= back > 0;
    Object.assign(this, { late: [], past: [], isHeldOff: this.scope.on.holdOff });
  }
  known(worker: Name): Known {
    const { last, held, coming } = this.workers[worker];
    return { worker, last: coming ? last - 1 : last, held: held.map(({ token }) => token) };
  }
  namesOf(state: State): readonly Name[] {
    return NAMES.filter((name) => this.workers[name].state === state);
  }
  set(name: Name, change: Partial<Worker>): void {
    this.workers = { ...this.workers, [name]: { ...this.workers[name], ...change } };
  }
  ask<S extends Script>(script: S, ...args: Parameters<Server[S]>): ReturnType<Server[S]> {
    const run = Server.prototype[script] as (...args: Parameters<Server[S]>) => ReturnType<Server[S]>;
    return this.change((server) => run.apply(server, args));
  }
  change<Answer>(change: (server: Server) => Answer): Answer {
    if (this.scope.hasServerFaults) this.past = [this.server, ...this.past].slice(0, 2);
    this.server = this.server.copy();
    return change(this.server);
  }
}
const NEW_WORKER: Worker = { state: 'up', last: 0, held: [] };
const DEAD = { state: 'dead', held: [], coming: undefined } as const;
export const workerOf = (token: string): Name => (token.startsWith('A') ? 'A' : 'B');
export const numberOf = (token: string): number => Number(token.slice('A|'.length));
