// What beats, on whichever thread: opens the pulse, speaks for the process, and beats until it is stopped.
import { EventEmitter } from 'node:events';
import type { MessagePort } from 'node:worker_threads';
import { ServerRefusalError } from '@acktor/core';
import { EngineModuleError, type Engine } from '@acktor/core/engine';
import { FeedSpeaker } from '../feed/feed-speaker.js';
import { beat, type OrderSource } from './beat.js';
import type { HeartbeatOrder, HeartbeatReport, HeartbeatStart } from './heartbeat-protocol.js';

/** Where the beat runs, and who is told of it. */
export interface Beating {
  /** Makes the engine that the pulse is opened on. */
  readonly engine: () => Engine | Promise<Engine>;
  readonly input: HeartbeatStart;
  readonly orders: OrderSource;
  readonly tell: (report: HeartbeatReport) => void;
}

/** Resolves when it has been stopped, or has failed and said so. Never rejects. */
export async function runHeartbeat({ engine, input, orders, tell }: Beating): Promise<void> {
  try {
    const pulse = await (await engine()).openPulse(input.pulse);
    await pulse.appear(
      (request) => tell({ type: 'cancel', request }),
      ({ count, last }) => tell({ type: 'dropped', count, last }),
    );
    const { feed: port, lastSign } = input;
    const speaker = new FeedSpeaker({ line: pulse.fleetLine, port, workerId: input.pulse.process, lastSign });
    const isSeen = await speaker.start().then(
      () => true,
      (error: unknown) => reportUnseen(error, tell),
    );
    const hasPresence = await pulse.testPresence();
    tell({ type: 'started', hasPresence });
    await beat({ pulse, input, hasPresence, port: orders, tell });
    if (isSeen) await speaker.leave();
    await pulse.close();
  } catch (error) {
    tell({ type: 'failed', ...failureOf(error) });
  }
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
  readonly #feed: MessagePort;
  #hasEnded = false;

  constructor(engine: Engine, input: HeartbeatStart) {
    super();
    this.#feed = input.feed;
    const tell = (report: HeartbeatReport) => this.emit('message', report);
    void runHeartbeat({ engine: () => engine, input, orders: this.#orders, tell }).then(() => this.#end());
  }

  postMessage(order: HeartbeatOrder): void {
    this.#orders.emit('message', order);
  }

  /** Nobody can end what runs on this thread: it is waited for no longer. */
  terminate(): Promise<number> {
    this.postMessage({ type: 'stop' });
    this.#end();
    return Promise.resolve(1);
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#feed.close();
    this.emit('exit');
  }
}
