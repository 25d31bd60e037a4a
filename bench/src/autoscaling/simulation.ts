// A queue, its workers and an autoscaler, second by second: what the scaling rule does with a burst.
import { desiredConsumers } from '@acktor/worker';

/** What happens to the queue, and how the scaler is set. */
export interface Scene {
  readonly lastsS: number;
  /** Jobs that arrive in this second. */
  readonly arrivals: (second: number) => number;
  readonly handlingMs: number;
  readonly backlogMs: number;
  readonly consumersPerPod: number;
  readonly leastPods: number;
  readonly mostPods: number;
  /** From the scaler's request to a pod's first delivery. */
  readonly podStartS: number;
  /** How often the scaler looks. */
  readonly lookEveryS: number;
  /** How long the scaler goes on wanting the most that it wanted: Kubernetes' stabilization window for scaling down. */
  readonly calmS: number;
}

/** One second as it was. */
export interface Second {
  readonly second: number;
  readonly arrivals: number;
  readonly waiting: number;
  readonly pods: number;
  readonly desiredConsumers: number;
  /** How long the job waited that was taken last. */
  readonly waitedS: number;
}

/** Simulates with whole seconds. `pods` fixes their number: no scaler. */
export function simulate(scene: Scene, pods?: number): readonly Second[] {
  const cluster = new Cluster(scene, pods);
  return Array.from({ length: scene.lastsS }, (_, second) => cluster.live(second));
}

class Cluster {
  readonly #scene: Scene;
  readonly #isFixed: boolean;
  /** How many jobs of each second wait, oldest first. */
  readonly #waiting: { readonly second: number; count: number }[] = [];
  readonly #targets: { readonly second: number; readonly pods: number }[] = [];
  #ready: number;
  #starting: { readonly readyAt: number; readonly pods: number }[] = [];
  #wanted = 0;
  #owed = 0;

  constructor(scene: Scene, pods: number | undefined) {
    this.#scene = scene;
    this.#isFixed = pods !== undefined;
    this.#ready = pods ?? scene.leastPods;
  }

  live(second: number): Second {
    const arrivals = Math.round(this.#scene.arrivals(second));
    if (arrivals > 0) this.#waiting.push({ second, count: arrivals });
    this.#becomeReady(second);
    const { taken, waitedS } = this.#work(second);
    const waiting = this.#waiting.reduce((sum, { count }) => sum + count, 0);
    if (second % this.#scene.lookEveryS === 0) this.#look(second, waiting, (taken * this.#scene.handlingMs) / 1_000);
    return { second, arrivals, waiting, pods: this.#ready, desiredConsumers: this.#wanted, waitedS };
  }

  #becomeReady(second: number): void {
    for (const { pods } of this.#starting.filter(({ readyAt }) => readyAt <= second)) this.#ready += pods;
    this.#starting = this.#starting.filter(({ readyAt }) => readyAt > second);
  }

  /** Consumers take what is oldest; a part of a job that they could not take in this second is owed to the next. */
  #work(second: number): { readonly taken: number; readonly waitedS: number } {
    const capacity = (this.#ready * this.#scene.consumersPerPod * 1_000) / this.#scene.handlingMs + this.#owed;
    let left = Math.floor(capacity);
    let waitedS = 0;
    while (left > 0 && this.#waiting[0]) {
      const oldest = this.#waiting[0];
      const count = Math.min(left, oldest.count);
      waitedS = second - oldest.second;
      oldest.count -= count;
      left -= count;
      if (oldest.count === 0) this.#waiting.shift();
    }
    this.#owed = this.#waiting.length > 0 ? capacity - Math.floor(capacity) : 0;
    return { taken: Math.floor(capacity) - left, waitedS };
  }

  #look(second: number, waiting: number, active: number): void {
    const { handlingMs, backlogMs, consumersPerPod, leastPods, mostPods, calmS, podStartS } = this.#scene;
    this.#wanted = desiredConsumers({ waiting, active, handlingMs, backlogMs });
    if (this.#isFixed) return;
    const pods = Math.min(Math.max(Math.ceil(this.#wanted / consumersPerPod), leastPods), mostPods);
    this.#targets.push({ second, pods });
    const most = Math.max(
      ...this.#targets.filter((target) => target.second > second - calmS).map((target) => target.pods),
    );
    const coming = this.#ready + this.#starting.reduce((sum, start) => sum + start.pods, 0);
    if (pods > coming) this.#starting.push({ readyAt: second + podStartS, pods: pods - coming });
    if (most < this.#ready) this.#ready = most;
  }
}

const BURST_BEGINS_S = 60;
export const BURST_ENDS_S = 180;

/** Ten minutes: 100 jobs a second of half a second each, and ten times as many for two minutes. */
export const BURST: Scene = {
  lastsS: 600,
  arrivals: (second) => (second >= BURST_BEGINS_S && second < BURST_ENDS_S ? 1_000 : 100),
  handlingMs: 500,
  backlogMs: 60_000,
  consumersPerPod: 25,
  leastPods: 1,
  mostPods: 40,
  podStartS: 20,
  lookEveryS: 15,
  calmS: 120,
};
