// How many connections strangers may hold: whoever has not come with a session is one.
import type { Socket } from 'node:net';
import { addressKey } from '../access/client-address.js';

export interface StrangerBounds {
  /** From one address. */
  readonly mostOfOne: number;
  readonly mostOfAll: number;
}

/**
 * Lets every connection in, and ends the strangers' oldest when there are too many. So whoever opens a thousand and says nothing
 * ends only the own: the next one of somebody else is served, and whoever has signed in is not touched.
 */
export class ConnectionBounds {
  readonly #bounds: StrangerBounds;
  // Both in the order in which they came.
  readonly #strangers = new Set<Socket>();
  readonly #byAddress = new Map<string, Set<Socket>>();

  constructor(bounds: StrangerBounds) {
    this.#bounds = bounds;
  }

  /** A connection that has just been opened. */
  take(socket: Socket): void {
    const address = addressKey(socket.remoteAddress ?? '');
    const ofOne = this.#byAddress.get(address) ?? new Set();
    this.#byAddress.set(address, ofOne);
    for (const all of [ofOne, this.#strangers]) all.add(socket);
    socket.once('close', () => this.#forget(socket, address));
    if (ofOne.size > this.#bounds.mostOfOne) this.#end(ofOne, address);
    if (this.#strangers.size > this.#bounds.mostOfAll) this.#end(this.#strangers, address);
  }

  /** Somebody with a session has come on it. */
  know(socket: Socket): void {
    this.#forget(socket, addressKey(socket.remoteAddress ?? ''));
  }

  #end([oldest]: Iterable<Socket>, address: string): void {
    if (oldest === undefined) return;
    this.#forget(oldest, oldest.remoteAddress === undefined ? address : addressKey(oldest.remoteAddress));
    oldest.destroy();
  }

  #forget(socket: Socket, address: string): void {
    this.#strangers.delete(socket);
    const ofOne = this.#byAddress.get(address);
    ofOne?.delete(socket);
    if (ofOne?.size === 0) this.#byAddress.delete(address);
  }
}
