// The rule for poison on random fleets: the real gate and the real script, below processes and handlers that are only played.
import { expect } from 'chai';
import { setImmediate as turn } from 'node:timers/promises';
import type { LeasedJob, Trials } from '@acktor/core/engine';
import { SimulatedClock } from 'xstate';
import { TestQueue, ack, deadLetter } from '../broker/test-queue.js';
import { CHANNEL_ODDITIES, Dice } from '../differential/dice.js';
import { openBroker } from '../real-redis/real-redis.js';
import { Quarantine } from '../worker-inside/inside.js';

const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1);
const MOST_STEPS = 20_000;

describe('poison in a random fleet', function () {
  this.timeout(120_000);

  for (const seed of SEEDS) {
    it(`is poisoned, and nothing else is (seed ${seed})`, async () => {
      const connected = await openBroker();
      try {
        const fleet = new PlayedFleet(new TestQueue(connected.broker), new Dice(seed, CHANNEL_ODDITIES));
        await fleet.play();
        expect([...fleet.poisoned].sort(), 'poisoned').to.deep.equal([...fleet.poisons].sort());
        expect([...fleet.acked].sort(), 'acked').to.deep.equal([...fleet.innocents].sort());
      } finally {
        await connected.close();
      }
    });
  }
});

/** Some poisons among innocent jobs, and some processes of some consumers, one step of one of them at a time. */
class PlayedFleet {
  readonly poisons = new Set<string>();
  readonly innocents = new Set<string>();
  readonly poisoned = new Set<string>();
  readonly acked = new Set<string>();
  readonly clock = new SimulatedClock();
  readonly poisonLimit: number;
  readonly consumers: number;
  readonly #processes: PlayedProcess[];
  #born = 0;
  #sent = 0;

  constructor(
    readonly queue: TestQueue,
    readonly dice: Dice,
  ) {
    this.poisonLimit = dice.int(2, 4);
    this.consumers = dice.int(1, 5);
    this.#processes = Array.from({ length: dice.int(1, 4) }, () => this.#newProcess());
  }

  async play(): Promise<void> {
    const jobs = this.dice.int(10, 40);
    for (let step = 0; step < MOST_STEPS && this.acked.size + this.poisoned.size < jobs; step += 1) {
      // They come little by little, so that there are new poisons beside old suspects.
      if (this.#sent < jobs && this.dice.chance(0.2)) await this.#send();
      const at = this.dice.int(0, this.#processes.length - 1);
      const process = this.#processes[at];
      // A trial that takes too long goes on beside others.
      if (this.dice.chance(0.01)) this.clock.increment(61_000);
      if ((await process?.step()) === 'ended') this.#processes[at] = this.#newProcess();
      await turn();
    }
  }

  async #send(): Promise<void> {
    this.#sent += 1;
    const id = `job-${this.#sent}`;
    (this.dice.chance(0.3) ? this.poisons : this.innocents).add(id);
    await this.queue.send({ id });
  }

  #newProcess(): PlayedProcess {
    this.#born += 1;
    return new PlayedProcess(`process-${this.#born}`, this);
  }
}

class PlayedProcess {
  readonly #id: string;
  readonly #fleet: PlayedFleet;
  readonly #quarantine: Quarantine;
  readonly #held = new Map<LeasedJob, { isRunning: boolean }>();
  #trials: Trials = { suspects: [], isAlone: false };
  #lastToken = 0;
  #hasEnded = false;

  constructor(id: string, fleet: PlayedFleet) {
    this.#id = id;
    this.#fleet = fleet;
    this.#quarantine = new Quarantine(fleet.clock);
    this.#quarantine.add(() => [...this.#held.keys()]);
    this.#quarantine.onTrials = (trials) => {
      this.#trials = trials;
      return Promise.resolve();
    };
  }

  async step(): Promise<'ended' | 'goes on'> {
    const { dice, consumers, queue } = this.#fleet;
    if (dice.chance(0.005)) {
      await queue.releaseDead(this.#end(), 1_000);
      return 'ended';
    }
    const running = [...this.#held].filter(([, { isRunning }]) => isRunning).map(([job]) => job);
    const job = running[dice.int(0, Math.max(running.length - 1, 0))];
    if (this.#held.size < consumers && (job === undefined || dice.chance(0.6))) await this.#fetch();
    else if (job) return this.#finish(job);
    return 'goes on';
  }

  async #fetch(): Promise<void> {
    const { queue, poisoned, poisonLimit } = this.#fleet;
    this.#lastToken += 1;
    const job = await queue.fetch(`${this.#id}|${this.#lastToken}`);
    if (!job) return;
    const { record } = job;
    if (record.poisoned !== undefined) {
      poisoned.add(record.id);
      return void (await queue.settle(job, deadLetter));
    }
    this.#held.set(job, { isRunning: false });
    if (record.suspicions === 0 && !this.#quarantine.isClosed) return this.#begin(job);
    const { signal } = new AbortController();
    void this.#quarantine.admit(job, { signal, poisonLimit }).then((isAdmitted) => {
      if (this.#hasEnded) return;
      if (isAdmitted) this.#begin(job);
      else void this.#putOff(job);
    });
  }

  #begin(job: LeasedJob): void {
    this.#quarantine.begun();
    this.#held.set(job, { isRunning: true });
  }

  async #putOff(job: LeasedJob): Promise<void> {
    await this.#fleet.queue.settle(job, { kind: 'requeue', afterMs: 1 });
    this.#release(job);
  }

  /** A poison ends its process while its handler runs, or after that, before its ack is stored. */
  async #finish(job: LeasedJob): Promise<'ended' | 'goes on'> {
    const { queue, dice, poisons, acked, poisonLimit } = this.#fleet;
    const { id } = job.record;
    // An innocent one takes its time.
    if (!poisons.has(id) && dice.chance(0.8)) return 'goes on';
    if (!poisons.has(id) || dice.chance(0.3)) {
      this.#quarantine.ended();
      this.#quarantine.tried(job);
      await turn();
    }
    if (poisons.has(id)) {
      await queue.releaseOwnEnd(this.#end(), { trials: this.#trials, poisonLimit }, 1_000);
      return 'ended';
    }
    await queue.settle(job, ack);
    acked.add(id);
    this.#release(job);
    return 'goes on';
  }

  #release(job: LeasedJob): void {
    this.#held.delete(job);
    this.#quarantine.released(job);
  }

  #end(): string {
    this.#hasEnded = true;
    return this.#id;
  }
}
