// One direction of one proxied connection: passes bytes on, late or not at all.
import type { Socket } from 'node:net';

/** How the wire behaves just now. */
export interface Wire {
  /** Whether everything is held until the wire is whole again, as by a firewall that drops packets. */
  readonly isBlack: boolean;
  /** How long the next bytes take, in milliseconds. */
  delayMs(): number;
}

interface Piece {
  readonly bytes: Buffer;
  readonly dueAtMs: number;
}

export class Lane {
  readonly #to: Socket;
  readonly #wire: Wire;
  readonly #pieces: Piece[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(to: Socket, wire: Wire) {
    this.#to = to;
    this.#wire = wire;
  }

  /** Bytes arrive in their order, whatever each one's delay. */
  pass(bytes: Buffer): void {
    this.#pieces.push({ bytes, dueAtMs: Date.now() + this.#wire.delayMs() });
    this.flush();
  }

  /** Passes on what is due. To be called when a black wire is whole again: what was held arrives, as TCP would send it again. */
  flush(): void {
    if (this.#wire.isBlack) return;
    const nowMs = Date.now();
    // One line for all: timers of their own that end in the same millisecond fire in any order.
    while (this.#pieces[0] && this.#pieces[0].dueAtMs <= nowMs) this.#write(this.#pieces.shift()?.bytes);
    const [next] = this.#pieces;
    if (next === undefined || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.flush();
    }, next.dueAtMs - nowMs);
  }

  #write(bytes: Buffer | undefined): void {
    if (bytes && this.#to.writable) this.#to.write(bytes);
  }
}
