// The protocol of a queue, part 3: what can happen next. Workers fetch, settle, renew and come back; and things go wrong.
import { numberOf, workerOf, type Delivery, type How, type Known, type Outcome, type WorkerName } from './server.js';
import { NAMES, World, type Call, type Fault, type Held, type LateCall } from './world.js';

/** One thing that can happen. What `must` happen does, sooner or later. */
export interface Step {
  readonly must: boolean;
  readonly text: string;
  readonly event: Call | Fault | undefined;
  /** What it broke, in words. */
  readonly wrong: string | undefined;
  readonly world: Happenings;
}

type Add = (act: (world: Happenings) => string) => void;
const MOST_HELD = 2;

export class Happenings extends World {
  /** All that can happen next. */
  steps(): readonly Step[] {
    const steps: Step[] = [];
    const add = (must: boolean, act: (world: Happenings) => string) => {
      const world = new Happenings(this.scope, this);
      const text = act(world);
      const wrong = world.wrong ?? world.fault();
      steps.push({ must, text, event: world.event, wrong, world });
    };
    const must: Add = (act) => add(true, act);
    const may: Add = (act) => add(false, act);
    const fault: Add = (act) => {
      if (this.faults > 0) add(false, (world) => ((world.faults -= 1), act(world)));
    };
    for (const name of NAMES) this.#stepsOf(name, must, fault);
    const isDead = (name: WorkerName) => this.workers[name].state === 'dead';
    if (!this.isHeldOff && this.server.copy().reap(isDead).length > 0) must((world) => world.#reap(isDead));
    for (const name of NAMES.filter(isDead))
      if (this.server.copy().release(name).length > 0) must((world) => world.#release(name));
    for (const call of this.late) may((world) => world.#arrive(call));
    for (const job of this.server.active) {
      const token = this.server.record(job).lease;
      if (token !== undefined && !isDead(workerOf(token))) fault((world) => world.#expire(job, token));
    }
    if (this.scope.hasServerFaults && this.workers.A.last > 0) this.#serverFaults(fault);
    return steps;
  }

  #stepsOf(name: WorkerName, must: Add, fault: Add): void {
    const { state, coming } = this.workers[name];
    if (state === 'dead') return;
    if (this.workers[otherThan(name)].state !== 'dead') fault((world) => world.#kill(name));
    if (state === 'away') must((world) => world.#reconcile(name));
    if (state === 'reconciled') must((world) => world.#renew(name));
    // Both are alike: A begins.
    const { A: first } = this.workers;
    if (state !== 'up' || (name === 'B' && first.last === 0 && first.state !== 'dead')) return;
    if (coming) {
      must((world) => world.#receive(name, coming));
      fault((world) => world.#cut(name, 'before the reply to its fetch has come'));
    }
    this.#workOf(name, must, fault);
  }

  #workOf(name: WorkerName, must: Add, fault: Add): void {
    const { held, coming, last } = this.workers[name];
    if (held.some((each) => this.#isShaky(each))) must((world) => world.#renew(name));
    if (this.#searches(name)) must((world) => world.#reconcile(name));
    const interrupted = held.filter((each) => each.interrupted !== undefined);
    const isInterrupted = this.scope.rules.first && interrupted.length > 0;
    if (!coming && held.length < MOST_HELD && !isInterrupted && this.server.wait.length > 0) {
      must((world) => world.#fetch(name));
      fault((world) => world.#send(name, { token: `${name}|${last + 1}` }));
    }
    for (const delivery of isInterrupted ? interrupted : held)
      for (const how of this.#endsOf(delivery)) {
        must((world) => world.#settle(name, delivery, how));
        fault((world) => world.#settleUnanswered(name, delivery, how));
        fault((world) => world.#send(name, { token: delivery.token, settle: { delivery, how } }));
      }
  }

  #isShaky({ job, token, interrupted }: Held): boolean {
    return interrupted === undefined && this.server.record(job).lease !== token;
  }

  #endsOf({ interrupted }: Held): readonly How[] {
    if (interrupted !== undefined) return [interrupted];
    return this.retries > 0 ? ['ack', 'retry'] : ['ack'];
  }

  #fetch(name: WorkerName): string {
    const worker = this.workers[name];
    worker.last += 1;
    worker.coming = this.#lease(`${name}|${worker.last}`);
    return `${name} fetches: ${leased(worker.coming)}`;
  }

  #lease(token: string): Delivery | undefined {
    const [next = ''] = this.server.wait;
    const before = this.server.records.get(next)?.fence ?? 0;
    const delivery = this.ask('fetch', token);
    if (delivery && delivery.fence <= before) this.wrong = `two deliveries of ${next} have the fence ${before}`;
    return delivery;
  }

  #receive(name: WorkerName, coming: Delivery): string {
    const worker = this.workers[name];
    this.mustBeOwn(name, coming);
    worker.coming = undefined;
    worker.held = [...worker.held, coming];
    return `${name} gets the reply, and handles ${coming.job}`;
  }

  /** Whoever gets an answer gets a true one. `lost` is no lie of a settlement that was stored and followed by another delivery. */
  #settle(name: WorkerName, delivery: Held, how: How): string {
    const { job, token, fence } = delivery;
    const outcome = this.#store(delivery, how);
    const isStored = this.server.stored.includes(token);
    if (outcome === 'stored' && !isStored)
      this.wrong ??= `${name} gets to know that its ${how} of ${job} is stored, and it is not`;
    if (outcome === 'lost' && isStored && this.server.record(job).fence === fence)
      this.wrong ??= `${name} gets to know that its ${how} of ${job} is not stored, and it is`;
    if (outcome === 'lost' && !isStored) this.mustBeOwn(name, delivery);
    this.#drop(name, [token]);
    return `${name} settles ${job} under ${token} (${how}): ${outcome}`;
  }

  #settleUnanswered(name: WorkerName, delivery: Held, how: How): string {
    const outcome = this.#store(delivery, how);
    this.#interrupt(name, delivery, how);
    return this.#cut(name, `before it learns what became of its ${how} of ${delivery.job}: ${outcome}`);
  }

  /** Only the delivery that has the job changes anything. */
  #store(delivery: Held, how: How): Outcome {
    const { job, token, interrupted } = delivery;
    if (how === 'retry' && interrupted === undefined) this.retries = 0;
    const before = this.server;
    const outcome = this.ask('settle', delivery, how);
    if (before.record(job).current !== token && this.server.key() !== before.key())
      this.wrong = `${token} has lost ${job}, and its ${how} changes the queue`;
    return outcome;
  }

  #send(name: WorkerName, call: LateCall): string {
    const { settle } = call;
    this.late = [...this.late, call];
    if (settle) this.#interrupt(name, settle.delivery, settle.how);
    else this.workers[name].last += 1;
    if (settle?.how === 'retry') this.retries = 0;
    return this.#cut(
      name,
      `and its ${settle ? `${settle.how} of ${settle.delivery.job}` : 'fetch'} is still on its way`,
    );
  }

  #arrive(call: LateCall): string {
    const { token, settle } = call;
    this.late = this.late.filter((each) => each !== call);
    if (!settle) return `The late fetch under ${token} arrives: ${leased(this.#lease(token))}`;
    const { delivery, how } = settle;
    const outcome = this.#store({ ...delivery, interrupted: how }, how);
    return `The late ${how} of ${delivery.job} under ${token} arrives: ${outcome}`;
  }

  #cut(name: WorkerName, when: string): string {
    Object.assign(this.workers[name], { state: 'away', coming: undefined, wasAway: true });
    return `${name} is cut off ${when}`;
  }

  #interrupt(name: WorkerName, delivery: Delivery, how: How): void {
    const worker = this.workers[name];
    worker.held = worker.held.map((each) => (each.token === delivery.token ? { ...each, interrupted: how } : each));
  }

  #drop(name: WorkerName, tokens: readonly string[]): void {
    const worker = this.workers[name];
    worker.held = worker.held.filter(({ token }) => !tokens.includes(token));
  }

  #known(name: WorkerName): Known {
    const { last, held, coming } = this.workers[name];
    const answered = coming ? numberOf(coming.token) - 1 : last;
    return { worker: name, last: answered, held: held.map(({ token }) => token) };
  }

  #searches(name: WorkerName): boolean {
    if (!this.workers[name].wasAway || !this.scope.rules.search) return false;
    return this.server.orphansOf(this.#known(name)).length > 0;
  }

  #reconcile(name: WorkerName): string {
    const worker = this.workers[name];
    const returned = this.ask('reconcile', this.#known(name));
    const why = worker.state === 'away' ? 'is back, and reconciles' : 'looks for late leases';
    if (worker.state === 'away') worker.state = 'reconciled';
    return `${name} ${why}: gives back ${listed(returned)}`;
  }

  /** A worker does not mind the loss of what it is about to settle: the answer to that says more. */
  #renew(name: WorkerName): string {
    const worker = this.workers[name];
    const lost = this.ask('renew', worker.held);
    for (const each of worker.held) {
      const isCurrent = this.server.record(each.job).current === each.token;
      if (isCurrent === lost.includes(each.token))
        this.wrong = `${each.token} ${isCurrent ? 'has' : 'has lost'} ${each.job}, and its renewal says otherwise`;
      if (each.interrupted === undefined) this.mustBeOwn(name, each);
    }
    this.#drop(
      name,
      worker.held.flatMap((each) => (each.interrupted === undefined && lost.includes(each.token) ? each.token : [])),
    );
    if (worker.state === 'reconciled') worker.state = 'up';
    this.#endHoldOff();
    return `${name} renews ${listed(worker.held.map(({ token }) => token))}: lost are ${listed(lost)}`;
  }

  #reap(isDead: (name: WorkerName) => boolean): string {
    return `The reaper gives back ${listed(this.ask('reap', isDead))}`;
  }

  #release(name: WorkerName): string {
    return `${name}'s supervisor gives back ${listed(this.ask('release', name))}`;
  }

  #kill(name: WorkerName): string {
    Object.assign(this.workers[name], { state: 'dead', held: [], coming: undefined });
    this.#endHoldOff();
    this.event = { kill: name };
    return `${name} is killed`;
  }

  #expire(job: string, token: string): string {
    this.change((server) => (server.record(job).lease = undefined));
    this.mayLose = true;
    this.event = { expire: { job, token } };
    return `${token} is not renewed in time: the lease of ${job} expires`;
  }

  /** In place, the server was away for longer than a lease; on a replica, it is back at once. Perhaps in the middle of an ack. */
  #serverFaults(fault: Add): void {
    const acks = NAMES.flatMap((name) => (this.workers[name].state === 'up' ? this.workers[name].held : []));
    for (const [how, back] of [
      ['inPlace', 0],
      ['inPlace', 1],
      ['onReplica', 1],
      ['onReplica', 2],
    ] as const) {
      if (back > this.past.length) continue;
      for (const ack of [undefined, ...acks.filter((each) => each.interrupted === undefined)])
        fault((world) => world.#restart(how, back, ack));
    }
  }

  /** No call that was on its way to the old server reaches the new one. */
  #restart(how: 'inPlace' | 'onReplica', back: number, ack: Delivery | undefined): string {
    this.server = (this.past[back - 1] ?? this.server).copy();
    if (how === 'inPlace') for (const job of this.server.active) this.server.record(job).lease = undefined;
    if (ack) this.#interrupt(workerOf(ack.token), ack, 'ack');
    for (const name of NAMES) if (this.workers[name].state !== 'dead') this.#cut(name, '');
    Object.assign(this, {
      late: [],
      past: [],
      mayLose: this.mayLose || back > 0,
      isHeldOff: this.scope.rules.holdOff,
    });
    this.event = { restart: how, back };
    const what = how === 'inPlace' ? 'The server restarts' : 'A replica takes over';
    return `${what}, without its last ${back === 1 ? 'change' : `${back} changes`}${ack ? `, while ${ack.token} acks ${ack.job}` : ''}`;
  }

  #endHoldOff(): void {
    if (NAMES.every((name) => ['up', 'dead'].includes(this.workers[name].state))) this.isHeldOff = false;
  }
}

function otherThan(name: WorkerName): WorkerName {
  return name === 'A' ? 'B' : 'A';
}

function leased(delivery: Delivery | undefined): string {
  if (delivery === undefined) return 'nothing waits';
  return `${delivery.job} is leased under ${delivery.token}, fence ${delivery.fence}`;
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.join(', ');
}
