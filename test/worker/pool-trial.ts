// A pool on a scripted queue, with a clock that stands still. Its first call is the look that a start begins with.
import { defaultTextLimits, GuardedLog } from '@acktor/core/internal';
import { container } from 'tsyringe';
import { SimulatedClock } from 'xstate';
import { ScriptedQueue, type ScriptedCall } from '../channel/scripted-queue.js';
import { LogRecorder } from '../signals/log-recorder.js';
import { ConsumerPool, HandlerScopes, Quarantine, WorkerEvents, type PoolDeps } from '../worker-inside/inside.js';

export class PoolTrial {
  readonly queue = new ScriptedQueue();
  readonly log = new LogRecorder();
  readonly pool: ConsumerPool;

  constructor(deps: Pick<PoolDeps, 'handlers'> & Partial<PoolDeps>) {
    const log = new GuardedLog(this.log);
    const clock = new SimulatedClock();
    this.pool = new ConsumerPool({
      log,
      clock,
      queue: this.queue,
      process: 'here',
      consumers: 1,
      leaseMs: 3_000,
      letGoMs: 1_000,
      replaceStuckConsumers: false,
      longestWaitMs: 5_000,
      limits: { ...defaultTextLimits, maxPayloadBytes: 1_000, maxPayloadDepth: 10 },
      scopes: new HandlerScopes(container, { clock, log }),
      onActivity: () => undefined,
      quarantine: new Quarantine(),
      poisonLimit: 3,
      unknown: 'deadLetter',
      mostTimesLeft: Infinity,
      events: new WorkerEvents(log),
      reportEnds: (requests) => requests,
      ...deps,
    });
    this.pool.start();
  }

  /** The `nth` call of all, from 1, when it is made. */
  async call(nth: number): Promise<ScriptedCall> {
    const call = (await this.queue.calls.upTo(nth)).at(-1);
    if (call === undefined) throw new Error('a call was made');
    return call;
  }

  /** Ends the `nth` wait of all, from 1, with the sign that there is work. */
  async wakeSignal(nth: number): Promise<void> {
    (await this.queue.waits.upTo(nth)).at(-1)?.end({ kind: 'ready' });
  }
}
