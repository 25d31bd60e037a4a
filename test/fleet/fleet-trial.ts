// A namespace with workers, in this process and in others, and a fleet to look at them. Closed with its scope.
import { connectFleet, type ConnectedFleet } from '@acktor/core/engine';
import { WorkerChild, type WorkerWish } from '../worker/worker-child.js';
import { WorkerTrial } from '../worker/worker-trial.js';
import { FleetRecorder } from './fleet-recorder.js';

export class FleetTrial implements AsyncDisposable {
  readonly trial: WorkerTrial;
  readonly fleet: ConnectedFleet;
  readonly #children: WorkerChild[] = [];
  readonly #watches: FleetRecorder[] = [];

  private constructor(trial: WorkerTrial, fleet: ConnectedFleet) {
    this.trial = trial;
    this.fleet = fleet;
  }

  static async open(url?: string): Promise<FleetTrial> {
    const trial = await WorkerTrial.open(url);
    return new FleetTrial(trial, await connectFleet({ redis: trial.url, namespace: trial.namespace }));
  }

  /** Starts a worker in a process of its own. */
  async child(handler: WorkerWish['handler'], options: WorkerWish['options'] = {}): Promise<WorkerChild> {
    const { url: redis, namespace } = this.trial;
    const child = await WorkerChild.start({ handler, options: { redis, namespace, handleSignals: true, ...options } });
    this.#children.push(child);
    return child;
  }

  /** Watches, and resolves when so many processes have reported. */
  async watch(processes = 1): Promise<FleetRecorder> {
    const watch = new FleetRecorder(this.fleet);
    this.#watches.push(watch);
    await watch.reports.upTo(processes);
    return watch;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#watches.map((watch) => watch.stop()));
    await this.fleet.close();
    await Promise.all(this.#children.map((child) => child[Symbol.asyncDispose]()));
    await this.trial[Symbol.asyncDispose]();
  }
}
