// One run of a scenario: everything it opens, and its evidence.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProducerOptions } from '@acktor/core';
import { PrivateServer, type PrivateServerOptions } from '@acktor/core/server';
import { check } from '../checker/check.js';
import { missed, type Figure, type Goal } from '../checker/figures.js';
import { entriesOf, type Evidence, type Violation } from '../checker/evidence.js';
import type { WorkerOrder } from '../fleet/fleet-protocol.js';
import { SupervisedFleet, type FleetRequest } from '../fleet/supervised-fleet.js';
import { WorkerProcess } from '../fleet/worker-process.js';
import { Ledger, readLedger, type Survival } from '../checker/ledger.js';
import { Proxy } from '../proxy/proxy.js';
import { Seeded } from './seeded.js';
import { QueueView } from './queue-view.js';
import { Sender } from './sender.js';

/** How much of a scenario is run. */
export type Extent = 'quick' | 'usual' | 'all';

export interface TrialDeps {
  readonly extent: Extent;
  /** How often the scenario injects its fault. */
  readonly runs: number;
  /** The defence that is switched off; undefined when all are on. */
  readonly control: string | undefined;
  readonly random: Seeded;
  /** How many times slower than idle the machine is just now; from 1. */
  readonly slowness: number;
  /** Called with how far it is. */
  readonly log: (progress: string) => void;
}

export class Trial implements AsyncDisposable {
  readonly extent: Extent;
  readonly runs: number;
  readonly control: string | undefined;
  readonly random: Seeded;
  readonly slowness: number;
  readonly log: (progress: string) => void;
  readonly ledger: Ledger;
  readonly #folder: string;
  readonly #open: AsyncDisposable[] = [];
  #workers = 0;
  #fleets = 0;

  private constructor(deps: TrialDeps, folder: string) {
    this.extent = deps.extent;
    this.runs = deps.runs;
    this.control = deps.control;
    this.random = deps.random;
    this.slowness = deps.slowness;
    this.log = deps.log;
    this.#folder = folder;
    this.ledger = new Ledger(folder, 'trial');
  }

  static async open(deps: TrialDeps): Promise<Trial> {
    return new Trial(deps, await mkdtemp(join(tmpdir(), 'acktor-chaos-')));
  }

  /** A server on a port of the loopback interface, with an append-only file unless the settings say otherwise. */
  async server(options: PrivateServerOptions = {}): Promise<PrivateServer> {
    return this.keep(await PrivateServer.start({ port: 0, ...options }));
  }

  async proxy(server: PrivateServer): Promise<Proxy> {
    return this.keep(await Proxy.start(portOf(server)));
  }

  /** A proxy between a primary and its replica. */
  async replicaProxy(primary: PrivateServer): Promise<Proxy> {
    return this.keep(await Proxy.start(portOf(primary), true));
  }

  async view(server: { readonly url: string }): Promise<QueueView> {
    return this.keep(await QueueView.open(server.url));
  }

  /** `survives`: where tens of thousands of jobs are sent, and the machine stays up, a synced entry for each would be the load. */
  async sender(options: ProducerOptions, survives: Survival = 'machine'): Promise<Sender> {
    const ledger = survives === 'machine' ? this.ledger : new Ledger(this.#folder, 'sender', survives);
    return this.keep(await Sender.open(options, ledger));
  }

  /** A run of `acktor work`, not yet ready; ended with the trial. */
  fleet({ options = {}, ...request }: FleetRequest): SupervisedFleet {
    const name = `fleet-${(this.#fleets += 1)}`;
    const order = { ...request, name, folder: this.#folder, options: { ...REMEMBER_ALL, ...options } };
    return this.keep(new SupervisedFleet(order));
  }

  /** A worker process that is not yet ready; ended with the trial. */
  worker({
    redis,
    options = {},
    without = [],
    canFail = false,
    leakBytes = 0,
    flags = [],
  }: WorkerRequest): WorkerProcess {
    const name = `worker-${(this.#workers += 1)}`;
    const worker = new WorkerProcess(
      { name, redis, options: { ...REMEMBER_ALL, ...options }, without, canFail, leakBytes, folder: this.#folder },
      flags,
    );
    this.keep({ [Symbol.asyncDispose]: () => worker.end() });
    return worker;
  }

  /** Waits until the queue is empty, or the time is over, and judges. */
  async judge({ view, settleMs = 5_000, ...particular }: Judging): Promise<readonly Violation[]> {
    await view.emptied(settleMs * this.slowness);
    const entries = readLedger(this.#folder);
    const ids = entriesOf({ entries }, 'confirmed').map(({ job }) => job);
    return check({ entries, census: await view.census(ids), ...particular });
  }

  /** Where the figure misses its goal. A busy machine is given time, except when all is run for the record. */
  missed(figure: Figure, goal: Goal): readonly Violation[] {
    const room = this.extent === 'all' ? 1 : this.slowness;
    const roomy = Object.entries(goal).map(([key, most]) => [key, (most as number) * room] as const);
    return missed(figure, Object.fromEntries(roomy));
  }

  /** What was written down so far. */
  entries(): Evidence['entries'] {
    return readLedger(this.#folder);
  }

  /** Ends everything, the last that was opened first. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const resource of this.#open.reverse()) await resource[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Ends the resource with the trial. */
  keep<T extends AsyncDisposable>(resource: T): T {
    this.#open.push(resource);
    return resource;
  }
}

/** Every job is asked after at the end, and an acked one that the server has forgotten would count as lost. */
const REMEMBER_ALL = { ackedCount: 10_000_000 };

/** A worker process that a scenario wants. */
export interface WorkerRequest extends Partial<Pick<WorkerOrder, 'options' | 'without' | 'canFail' | 'leakBytes'>> {
  readonly redis: string;
  /** Flags of Node. */
  readonly flags?: readonly string[];
}

/** How a trial is judged. */
export interface Judging extends Pick<Evidence, 'mayDeadLetter' | 'ordered'> {
  readonly view: QueueView;
  /** How long the queue may take to become empty. Default 5,000. */
  readonly settleMs?: number;
}

/** The port that the server listens on. */
export function portOf({ address: { endpoint } }: PrivateServer): number {
  if (endpoint.kind !== 'tcp') throw new Error('expected a server on a port');
  return endpoint.port;
}
