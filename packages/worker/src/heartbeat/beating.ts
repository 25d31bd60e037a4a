// What beats, on whichever thread: opens the liveness, speaks for the process, and beats until it is stopped.
import { EventEmitter } from 'node:events';
import type { MessagePort } from 'node:worker_threads';
import { ServerRefusalError } from '@acktor/core';
import { EngineModuleError, type Engine, type Liveness } from '@acktor/core/engine';
import { FeedPublisher } from '../feed/feed-publisher.js';
import { beat, type OrderSource } from './beat.js';
import type { HeartbeatOrder, HeartbeatReport, HeartbeatStart } from './heartbeat-protocol.js';

/** Where the beat runs, and who is told of it. */
export interface HeartbeatRunner {
  /** Makes the engine that the liveness is opened on. */
  readonly engine: () => Engine | Promise<Engine>;
  readonly input: HeartbeatStart;
  readonly orders: OrderSource;
  readonly tell: (report: HeartbeatReport) => void;
}

/**
 * Resolves when it has been stopped, or has failed and said so, and the liveness is closed: the end of a thread would close it, but this may be
 * the main thread. Never rejects.
 */
export async function runHeartbeat({ engine, input, orders, tell }: HeartbeatRunner): Promise<void> {
  let liveness: Liveness | undefined;
  try {
    liveness = await (await engine()).openLiveness(input.liveness);
    await beatOn(liveness, { input, orders, tell });
  } catch (error) {
    tell({ type: 'failed', ...failureOf(error) });
  } finally {
    await liveness?.close().catch(() => undefined);
  }
}

async function beatOn(liveness: Liveness, { input, orders, tell }: Omit<HeartbeatRunner, 'engine'>): Promise<void> {
  await liveness.appear(
    (request) => tell({ type: 'cancel', request }),
    ({ count, last }) => tell({ type: 'dropped', count, last }),
  );
  const { feed: port, lastSign } = input;
  const publisher = new FeedPublisher({ line: liveness.fleetLine, port, workerId: input.liveness.process, lastSign });
  const isSeen = await publisher.start().then(
    () => true,
    (error: unknown) => reportUnseen(error, tell),
  );
  const hasPresence = await liveness.testPresence();
  tell({ type: 'started', hasPresence });
  await beat({ liveness, input, hasPresence, port: orders, tell });
  if (isSeen) await publisher.leave();
}

/** Who may not be seen can work all the same: presence and leases are other channels and keys. */
function reportUnseen(error: unknown, tell: (report: HeartbeatReport) => void): false {
  if (!(error instanceof ServerRefusalError)) throw error;
  tell({ type: 'unseen', reason: error.reply });
  return false;
}

function failureOf(error: unknown) {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof ServerRefusalError))
    return { message, refusal: undefined, isOfThread: error instanceof EngineModuleError };
  return { message, refusal: { reply: error.reply, about: error.about } };
}

/** What a {@link Heartbeat} takes for its thread where there is none: the beat runs on this one. */
export class LocalBeat extends EventEmitter {
  readonly #orders = new EventEmitter();
  /** Orders that came before it beat: a thread's port keeps them, too. */
  readonly #early: HeartbeatOrder[] = [];
  readonly #feed: MessagePort;
  #hasEnded = false;

  constructor(engine: Engine, input: HeartbeatStart) {
    super();
    this.#feed = input.feed;
    const tell = (report: HeartbeatReport) => {
      if (!this.#hasEnded) this.emit('message', report);
    };
    const orders = { on: (_event: 'message', listener: OrderListener) => this.#listen(listener) };
    void runHeartbeat({ engine: () => engine, input, orders, tell }).then(() => this.#end());
  }

  postMessage(order: HeartbeatOrder): void {
    if (!this.#orders.emit('message', order)) this.#early.push(order);
  }

  /** Nobody can end what runs on this thread: it is waited for no longer, and stops when it comes to beat. */
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
