// Runs a heartbeat, on whichever thread: opens the liveness, publishes for the process, and ticks until it is stopped.
import { EventEmitter } from 'node:events';
import type { MessagePort } from 'node:worker_threads';
import { ServerRefusalError } from '@acktor/core';
import { EngineModuleError, type Engine, type Liveness } from '@acktor/core/engine';
import { FeedPublisher } from '../feed/feed-publisher.js';
import type { HeartbeatOrder, HeartbeatReport, HeartbeatStart } from './heartbeat-protocol.js';
import { tickUntilStopped, type OrderSource } from './ticking.js';

/** Where a heartbeat runs, and where its reports go. */
export interface HeartbeatRun {
  /** Makes the engine that the liveness is opened on. */
  readonly engine: () => Engine | Promise<Engine>;
  readonly input: HeartbeatStart;
  readonly orders: OrderSource;
  readonly report: (report: HeartbeatReport) => void;
}

/**
 * Resolves when it has been stopped, or has failed and reported that, and the liveness is closed: the end of a thread would close it, but
 * this may be the main thread. Never rejects.
 */
export async function runHeartbeat({ engine, input, orders, report }: HeartbeatRun): Promise<void> {
  let liveness: Liveness | undefined;
  try {
    liveness = await (await engine()).openLiveness(input.liveness);
    await runOn(liveness, { input, orders, report });
  } catch (error) {
    report({ type: 'failed', ...failureOf(error) });
  } finally {
    await liveness?.close().catch(() => undefined);
  }
}

async function runOn(liveness: Liveness, { input, orders, report }: Omit<HeartbeatRun, 'engine'>): Promise<void> {
  await liveness.appear(
    (request) => report({ type: 'cancel', request }),
    ({ count, last }) => report({ type: 'dropped', count, last }),
  );
  const { feed: port, lastSign } = input;
  const publisher = new FeedPublisher({
    fleet: liveness.fleetPublisher,
    port,
    workerId: input.liveness.process,
    lastSign,
  });
  const isSeen = await publisher.start().then(
    () => true,
    (error: unknown) => reportUnseen(error, report),
  );
  const hasPresence = await liveness.testPresence();
  report({ type: 'started', hasPresence });
  await tickUntilStopped({ liveness, input, hasPresence, port: orders, report });
  if (isSeen) await publisher.leave();
}

/** A process that may not publish can work all the same: presence and leases are other pub/sub channels and keys. */
function reportUnseen(error: unknown, report: (report: HeartbeatReport) => void): false {
  if (!(error instanceof ServerRefusalError)) throw error;
  report({ type: 'unseen', reason: error.reply });
  return false;
}

function failureOf(error: unknown) {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof ServerRefusalError))
    return { message, refusal: undefined, isOfThread: error instanceof EngineModuleError };
  return { message, refusal: { reply: error.reply, about: error.about } };
}

/** Stands in for the heartbeat's thread where there can be none: the heartbeat runs on this one. */
export class LocalHeartbeat extends EventEmitter {
  readonly #orders = new EventEmitter();
  /** Orders that came before it ticked: a thread's port keeps them, too. */
  readonly #early: HeartbeatOrder[] = [];
  readonly #feed: MessagePort;
  #hasEnded = false;

  constructor(engine: Engine, input: HeartbeatStart) {
    super();
    this.#feed = input.feed;
    const report = (one: HeartbeatReport) => {
      if (!this.#hasEnded) this.emit('message', one);
    };
    const orders = { on: (_event: 'message', listener: OrderListener) => this.#listen(listener) };
    void runHeartbeat({ engine: () => engine, input, orders, report }).then(() => this.#end());
  }

  postMessage(order: HeartbeatOrder): void {
    if (!this.#orders.emit('message', order)) this.#early.push(order);
  }

  /** What runs on this thread cannot be ended: it is waited for no longer, and stops at its next tick. */
  terminate(): Promise<number> {
    this.postMessage({ type: 'stop' });
    this.#end();
    return Promise.resolve(1);
  }

  #listen(listener: OrderListener): void {
    this.#orders.on('message', listener);
    for (const order of this.#early.splice(0)) listener(order);
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#feed.close();
    this.emit('exit');
  }
}

type OrderListener = (order: HeartbeatOrder) => void;
