// One queue of a real engine for many traces, one after the other, with a worker process for each of the model's.
import type { ConnectedBroker, Engine, WorkQueue } from '@acktor/core/engine';
import { until } from '../signals/until.js';
import { EngineRun, type Presence } from './engine-run.js';
import type { Name, Restart } from './specification.js';
import { told, type Fault, type TracedStep } from './traced-world.js';

/** An engine, and what a trace needs of its server beside the port. */
export interface Ground {
  readonly engine: Engine;
  readonly namespace: string;
  readonly broker: ConnectedBroker['broker'];
  /** Resolves when the server counts the process as gone, or as there. */
  isSeen(process: string, isThere: boolean): Promise<void>;
  /** Lets the next turn of the reaper be had at once. */
  freeTurn(queue: string): Promise<void>;
  /** Undefined where traces have no faults of the server. */
  readonly servers?: FailingServer;
}

/** A server that forgets its last changes. */
export interface FailingServer {
  /** Called before every change, with the restart that comes next; undefined when there is none. */
  beforeChange(next: NextRestart | undefined): Promise<void>;
  /** Resolves when clients reach it again. In place, every lease has expired meanwhile. */
  restart(restart: Restart, queue: string): Promise<void>;
}

export interface NextRestart {
  readonly restart: Restart;
  /** How many changes it forgets, and how many there are between this one and it. */
  readonly back: number;
  readonly after: number;
}

/** What a trace leaves are acked jobs only. */
export class Lane {
  readonly #ground: Ground;
  readonly #queue: WorkQueue;
  readonly #presences = new Map<Name, Presence>();
  #processes = 0;
  #lastToken = 0;

  constructor(ground: Ground, name: string) {
    this.#ground = ground;
    this.#queue = ground.broker.workQueue(name);
  }

  /** @throws Error with the trace, at the first step after which the engine and the model differ. */
  async run(id: string, jobs: readonly string[], trace: readonly TracedStep[]): Promise<void> {
    const presences = { A: await this.#present('A'), B: await this.#present('B') };
    const from = (this.#lastToken += TOKENS);
    const run = new EngineRun({ ground: this.#ground, queue: this.#queue, presences, id, from });
    await run.begin(jobs);
    for (const [i, { event, world }] of trace.entries()) {
      if (event === undefined) continue;
      try {
        if (isChange(event)) await this.#ground.servers?.beforeChange(nextRestart(trace, i));
        if ('script' in event) await run.ask(event);
        else await this.#inflict(event, run);
        await run.compare(jobs, world.server);
      } catch (cause) {
        const story = trace.slice(0, i + 1).map((step, at) => `${at + 1}. ${told(step)}`);
        throw new Error(`${id} differs from the model after\n${story.join('\n')}\n${String(cause)}`, { cause });
      }
    }
  }

  async close(): Promise<void> {
    for (const { liveness } of this.#presences.values()) await liveness.close();
    await this.#queue.close();
  }

  async #present(name: Name): Promise<Presence> {
    const known = this.#presences.get(name);
    if (known) return known;
    const { engine, namespace } = this.#ground;
    const process = `${name}-${this.#queue.name}-${(this.#processes += 1)}`;
    const opening = { namespace, process, queues: [this.#queue.name], connectTimeoutMs: 30_000, holdOffMs: 0 };
    const presence = { process, liveness: await engine.openLiveness(opening) };
    await presence.liveness.appear(() => undefined);
    this.#presences.set(name, presence);
    return presence;
  }

  async #inflict(fault: Fault, run: EngineRun): Promise<void> {
    if ('expire' in fault) return run.expire(fault.expire);
    const ground = this.#ground;
    if ('kill' in fault) {
      const { process, liveness } = await this.#present(fault.kill);
      this.#presences.delete(fault.kill);
      await liveness.close();
      return ground.isSeen(process, false);
    }
    if (ground.servers === undefined) throw new RangeError('expected no fault of the server');
    await ground.servers.restart(fault.restart, this.#queue.name);
    const admin = ground.broker.admin();
    await until('the broker is connected again', () =>
      admin.find(this.#queue.name, 'none').then(
        () => true,
        () => false,
      ),
    );
    for (const { process } of this.#presences.values()) await ground.isSeen(process, true);
  }
}

function isChange(event: TracedStep['event']): boolean {
  return event !== undefined && ('script' in event || 'expire' in event);
}

/** The next restart after the step, and how many changes come between; a restart forgets none that another came after. */
function nextRestart(trace: readonly TracedStep[], from: number): NextRestart | undefined {
  let after = 0;
  for (const { event } of trace.slice(from + 1)) {
    if (event && 'restart' in event) return { ...event, after };
    if (isChange(event)) after += 1;
  }
  return undefined;
}

/** More than a trace uses. */
const TOKENS = 100;
