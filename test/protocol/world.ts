// The protocol of a queue, part 2: two workers and their server at one moment, and what must hold at every one.
import type { Switches } from './rules.js';
import { Server, type Delivery, type How, type WorkerName } from './server.js';

/** A delivery in its worker's hands. `interrupted` is the settlement that was asked for, and not answered. */
export type Held = Delivery & { readonly interrupted?: How | undefined };

export interface Worker {
  /** `away` from when its connection breaks until it has reconciled; then it renews what it holds. */
  state: 'up' | 'away' | 'reconciled' | 'dead';
  /** The number of its last token. */
  last: number;
  held: readonly Held[];
  /** What its fetch has leased, in a reply on its way. */
  coming: Delivery | undefined;
  wasAway: boolean;
}

/** A call that left its worker before the connection broke. It arrives at any later time, or never. */
export interface LateCall {
  readonly token: string;
  readonly settle?: { readonly delivery: Delivery; readonly how: How };
}

/** A script that was run, and what it answered. */
export type Call = { readonly [S in Script]: CallOf<S> }[Script];
interface CallOf<S extends Script> {
  readonly script: S;
  readonly args: Parameters<Server[S]>;
  readonly answer: ReturnType<Server[S]>;
}
export type Script = 'fetch' | 'settle' | 'renew' | 'reconcile' | 'reap' | 'release';

/** What is done to a worker, a lease or the server. */
export type Fault =
  | { readonly kill: WorkerName }
  | { readonly expire: Pick<Delivery, 'job' | 'token'> }
  | { readonly restart: 'inPlace' | 'onReplica'; readonly back: number };

export interface Scope {
  readonly jobs: readonly string[];
  /** How many faults a trace has at most. */
  readonly faults: number;
  readonly hasServerFaults: boolean;
  readonly rules: Switches;
}

export const NAMES: readonly WorkerName[] = ['A', 'B'];
const FURTHEST_BACK = 2;

export class World {
  server: Server;
  /** What the server had before its last changes, the newest first. */
  past: readonly Server[] = [];
  readonly workers: Record<WorkerName, Worker>;
  late: readonly LateCall[] = [];
  faults: number;
  retries = 1;
  /** Whether a lease has expired, or the server has forgotten something: otherwise no worker that lives may lose a delivery. */
  mayLose = false;
  isHeldOff = false;
  readonly scope: Scope;
  /** What the step that led here did, and what it broke. */
  event: Call | Fault | undefined;
  wrong: string | undefined;

  constructor(scope: Scope, from?: World) {
    const worker = (name: WorkerName): Worker => ({ ...(from?.workers[name] ?? NEW_WORKER) });
    this.scope = scope;
    this.server = from?.server ?? new Server(scope.rules, scope.jobs);
    this.workers = { A: worker('A'), B: worker('B') };
    this.faults = scope.faults;
    if (from === undefined) return;
    const { past, late, faults, retries, mayLose, isHeldOff } = from;
    Object.assign(this, { past, late, faults, retries, mayLose, isHeldOff });
  }

  /** What does not hold, in words. */
  fault(): string | undefined {
    const { wait, active, acked, sent, records } = this.server;
    for (const { id, lease } of records.values()) {
      const places = countOf(wait, id) + countOf(active, id) + countOf(acked, id);
      if (places !== 1) return `${id} is in ${places} places`;
      if (lease !== undefined && !active.includes(id)) return `${id} is leased and not active`;
      if (countOf(acked, id) !== countOf(sent, id))
        return `${id} and the job that its ack carries were not added together`;
      if (!this.mayLose && this.handlersOf(id) > 1) return `two workers handle ${id}, and no lease has expired`;
    }
    return undefined;
  }

  handlersOf(id: string): number {
    const handles = ({ job, interrupted }: Held) => job === id && interrupted === undefined;
    return NAMES.filter((name) => this.workers[name].held.some(handles)).length;
  }

  /** What is wrong when nothing more must happen: each job has to be done. */
  unfinished(): string | undefined {
    const [job] = [...this.server.wait, ...this.server.active];
    return job === undefined ? undefined : `nothing more happens, and ${job} is not done`;
  }

  /** Two worlds with the same key have the same future. Of the tokens of a worker it matters only which is later. */
  key(): string {
    const { faults, retries, mayLose, isHeldOff, late } = this;
    const workers = NAMES.map((name) => this.workers[name]);
    const asked = workers.flatMap(({ held, coming }) => (coming ? [...held, coming] : held));
    for (const { settle } of late) if (settle) asked.push(settle.delivery);
    const servers = faults > 0 ? [this.server, ...this.past] : [this.server];
    const nameOf = shortNames(
      [...asked, ...late].map(({ token }) => token),
      servers,
    );
    const short = ({ job, token, fence, lost, interrupted }: Held) =>
      `${job}${nameOf(token)}${fence}${lost}${interrupted?.[0] ?? ''}`;
    let key = `${faults}${retries}${flag(mayLose, 'm')}${flag(isHeldOff, 'h')}`;
    for (const server of servers) key += `/${server.key(asked, nameOf)}`;
    for (const { state, held, coming, wasAway, last } of workers)
      key += `/${state}${held.map(short).join()}>${(coming ? [coming] : []).map(short).join()}${flag(wasAway, '!')}${flag(last > 0, '+')}`;
    for (const { token, settle } of late) key += `/${settle ? settle.how + short(settle.delivery) : nameOf(token)}`;
    return key;
  }

  mustBeOwn(name: WorkerName, { job, token }: Delivery): void {
    if (!this.mayLose && this.server.record(job).current !== token)
      this.wrong ??= `${name} lives and was cut off for no longer than a lease, and ${job} was taken from it`;
  }

  ask<S extends Script>(script: S, ...args: Parameters<Server[S]>): ReturnType<Server[S]> {
    const run = this.server[script] as (...args: Parameters<Server[S]>) => ReturnType<Server[S]>;
    const answer = this.change((server) => run.apply(server, args));
    this.event = { script, args, answer } as unknown as Call;
    return answer;
  }

  change<Answer>(change: (server: Server) => Answer): Answer {
    if (this.scope.hasServerFaults) this.past = [this.server, ...this.past].slice(0, FURTHEST_BACK);
    this.server = this.server.copy();
    return change(this.server);
  }
}

const NEW_WORKER: Worker = { state: 'up', last: 0, held: [], coming: undefined, wasAway: false };

function countOf(list: readonly string[], job: string): number {
  let count = 0;
  for (const each of list) if (each === job) count += 1;
  return count;
}

function flag(isOn: boolean, letter: string): string {
  return isOn ? letter : '';
}

/** Names tokens by their places among those of their worker that anything has. */
function shortNames(asked: readonly string[], servers: readonly Server[]): (token: string) => string {
  const tokens = new Set(asked);
  for (const { records } of servers)
    for (const { lease, current } of records.values()) {
      if (lease !== undefined) tokens.add(lease);
      if (current !== undefined) tokens.add(current);
    }
  // Of a trace, no number has two digits.
  const inOrder = [...tokens].sort();
  return (token) => `${inOrder.indexOf(token) - inOrder.findIndex((each) => each[0] === token[0])}${token[0]}`;
}
