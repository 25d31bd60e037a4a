// The workers of a soak that die, and are replaced.
import { setTimeout as pause } from 'node:timers/promises';
import type { WorkerProcess } from '../fleet/worker-process.js';
import type { Seeded } from '../trial/seeded.js';

export class MortalFleet {
  readonly #start: () => Promise<WorkerProcess>;
  readonly #workers: WorkerProcess[];

  private constructor(start: () => Promise<WorkerProcess>, workers: WorkerProcess[]) {
    this.#start = start;
    this.#workers = workers;
  }

  static async of(size: number, start: () => Promise<WorkerProcess>): Promise<MortalFleet> {
    return new MortalFleet(start, await Promise.all(Array.from({ length: size }, start)));
  }

  get names(): readonly string[] {
    return this.#workers.map(({ name }) => name);
  }

  async kill(random: Seeded): Promise<readonly string[]> {
    const victim = random.oneOf(this.#workers);
    await victim.end();
    await this.#replace(victim);
    return [victim.name];
  }

  async terminate(random: Seeded): Promise<void> {
    const leaving = random.oneOf(this.#workers);
    leaving.signal('SIGTERM');
    await leaving.exited();
    await this.#replace(leaving);
  }

  async stop(random: Seeded, forMs: number): Promise<readonly string[]> {
    const stopped = random.oneOf(this.#workers);
    stopped.signal('SIGSTOP');
    await pause(forMs);
    stopped.signal('SIGCONT');
    return [stopped.name];
  }

  async #replace(worker: WorkerProcess): Promise<void> {
    this.#workers.splice(this.#workers.indexOf(worker), 1, await this.#start());
  }
}
