// One job on its way through many workers: whoever holds it is killed, and the next has it.
import { setTimeout as pause } from 'node:timers/promises';
import type { Bench } from '../cases/bench-case.js';
import { fillQueue } from '../cases/filling.js';
import { nowMicros } from '../subjects/peer.js';
import type { SubjectProcess } from '../subjects/subject-process.js';
import type { SubjectName } from '../subjects/subjects.js';

export interface MarchWish {
  readonly queue: string;
  readonly kills: number;
}

/** Says of a worker, by its name, that its process is gone. */
export type Undertaker = (workerId: string) => Promise<unknown>;

interface Holder {
  readonly worker: Soldier;
  readonly atMicros: number;
}

interface Soldier {
  readonly process: SubjectProcess;
  readonly id: string | undefined;
}

/** All workers are started ahead: starting one takes more of the machine than all that is measured here. */
export class March {
  readonly #waiting: Set<Soldier>;
  #holder: Holder;

  private constructor(waiting: Set<Soldier>, holder: Holder) {
    this.#waiting = waiting;
    this.#holder = holder;
  }

  /** Resolves when the workers, one more than there will be kills, are there, and one of them holds the job. */
  static async begin(subject: SubjectName, bench: Bench, { queue, kills }: MarchWish): Promise<March> {
    const started = Array.from({ length: kills + 1 }, () => bench.start(subject, { kind: 'hold', queue }));
    const workers = await Promise.all(started.map(async (process) => ({ process, id: await process.ready() })));
    const waiting = new Set(workers);
    await fillQueue(subject, bench, { jobs: 1, queue });
    return new March(waiting, await nextOf(waiting));
  }

  /** Resolves with how long, in ms, the job was away after each kill. The workers are gone then. */
  async run(releaseDead?: Undertaker, delayMs = 0): Promise<readonly number[]> {
    await pause(delayMs);
    const awayMs: number[] = [];
    while (this.#waiting.size > 0) {
      await pause(phaseMs(awayMs.length));
      awayMs.push(await this.#kill(releaseDead));
    }
    await this.#holder.worker.process.end();
    return awayMs;
  }

  async #kill(releaseDead: Undertaker | undefined): Promise<number> {
    const { process, id } = this.#holder.worker;
    const next = nextOf(this.#waiting);
    const killedAtMicros = nowMicros();
    const gone = process.end();
    const told = releaseDead && id !== undefined ? gone.then(() => releaseDead(id)) : gone;
    this.#holder = await next;
    await told;
    return (this.#holder.atMicros - killedAtMicros) / 1_000;
  }
}

/** Whoever of them has the job next: it waits no more. */
async function nextOf(waiting: Set<Soldier>): Promise<Holder> {
  const starts = [...waiting].map(async (worker) => ({ worker, atMicros: await worker.process.started() }));
  const holder = await Promise.race(starts);
  waiting.delete(holder.worker);
  return holder;
}

/**
 * Spread evenly over what is looked at ten times a second. Killed as soon as it has the job, a worker would always die right
 * after such a look.
 */
function phaseMs(kill: number): number {
  return 200 + ((kill * GOLDEN_RATIO) % 1) * 100;
}

const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;
