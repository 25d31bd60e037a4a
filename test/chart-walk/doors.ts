// Two doors on the way between a worker's channel and its server: calls wait at one, replies at the other.
import type { WorkQueue } from '@acktor/core/engine';
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type * as QueueModule from '../../packages/core/dist/engine/redis/bullmq/bullmq-work-queue.js';
import { signal, type Signal } from '../signals/signal.js';

export class Door {
  #opened: Signal = signal();

  constructor() {
    this.open();
  }

  open(): void {
    this.#opened.give();
  }

  shut(): void {
    this.#opened = signal();
  }

  passed(): Promise<void> {
    return this.#opened.given;
  }
}

/** To be installed before a worker is started. */
export class Doors {
  readonly calls = new Door();
  readonly replies = new Door();
  readonly #sockets = new Set<Socket>();
  #isCutting = false;

  /** The connections of this thread; the heartbeat's are its own, and stay. */
  async install(): Promise<void> {
    subscribe('net.client.socket', (message) => this.#sockets.add((message as { readonly socket: Socket }).socket));
    const { prototype } = (await inside<typeof QueueModule>('engine/redis/bullmq/bullmq-work-queue.js'))
      .BullmqWorkQueue;
    const settleAndFetch = Reflect.get(prototype, 'settleAndFetch');
    const pass = (call: () => ReturnType<WorkQueue['settleAndFetch']>) => this.#pass(call);
    prototype.settleAndFetch = function (requests, options) {
      return pass(() => settleAndFetch.call(this, requests, options));
    };
  }

  /** Breaks the connections as the next call leaves: the server may run it, and nobody hears the answer. */
  cutAtNextCall(): void {
    this.#isCutting = true;
  }

  async #pass(call: () => ReturnType<WorkQueue['settleAndFetch']>): ReturnType<WorkQueue['settleAndFetch']> {
    await this.calls.passed();
    const answer = call();
    if (this.#isCutting) this.#cut();
    const replies = await answer;
    await this.replies.passed();
    return replies;
  }

  #cut(): void {
    this.#isCutting = false;
    for (const socket of this.#sockets) socket.destroy();
  }
}

// A path that stands in this file is right for the source or for what it is compiled to, never for both.
function inside<Module>(path: string): Promise<Module> {
  return import(new URL(`../../../packages/core/dist/${path}`, import.meta.url).href) as Promise<Module>;
}
