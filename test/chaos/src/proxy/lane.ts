// One direction of one proxied connection: passes bytes on, late or not at all.
import type { Socket } from 'node:net';

/** How the wire behaves just now. */
export interface Wire {
  /** Whether everything is held until the wire is whole again, as by a firewall that drops packets. */
  readonly isBlack: boolean;
  /** How long the next bytes take, in milliseconds. */
  delayMs(): number;
}

export class Lane {
  readonly #to: Socket;
  readonly #wire: Wire;
  #held: Buffer[] = [];
  #clearAtMs = 0;

  constructor(to: Socket, wire: Wire) {
    this.#to = to;
    this.#wire = wire;
  }

  /** Bytes arrive in their order, whatever each one's delay. */
  pass(bytes: Buffer): void {
    if (this.#wire.isBlack || this.#held.length > 0) {
      this.#held.push(bytes);
      return;
    }
    const nowMs = Date.now();
    this.#clearAtMs = Math.max(this.#clearAtMs, nowMs + this.#wire.delayMs());
    if (this.#clearAtMs <= nowMs) this.#write(bytes);
    else setTimeout(() => this.#write(bytes), this.#clearAtMs - nowMs);
  }

  /** The wire is whole again: what was held arrives, as TCP would send it again. */
  flush(): void {
    const held = this.#held;
    this.#held = [];
    for (const bytes of held) this.pass(bytes);
  }

  #write(bytes: Buffer): void {
    if (this.#to.writable) this.#to.write(bytes);
  }
}
