// One proxied connection: knows its name, pairs calls with replies, catches what a trap waits for, and delays or resets either direction.
import type { Socket } from 'node:net';
import { type Call, RespFrames, wordsOf } from './call.js';
import type { Trap } from './interception.js';

export interface LinkDeps {
  readonly client: Socket;
  readonly server: Socket;
  readonly wire: Wire;
  /** Whether the bytes are only passed on. */
  readonly isOpaque: boolean;
  /** The trap that takes this call, if one does. */
  readonly trapFor: (call: Call) => Trap | undefined;
  /** Whether a connection of this name is turned away just now. */
  readonly isTurnedAway: (name: string) => boolean;
  readonly onEnd: (link: Link) => void;
}

export class Link {
  readonly #deps: LinkDeps;
  readonly #calls = new RespFrames();
  readonly #replies = new RespFrames();
  /** A trap for the reply of each call that is under way, in their order; undefined for those that no trap waits for. */
  readonly #expected: ({ readonly call: Call; readonly trap: Trap } | undefined)[] = [];
  readonly #toServer: Flow;
  readonly #toClient: Flow;
  #name = '';
  #isCut = false;

  constructor(deps: LinkDeps) {
    this.#deps = deps;
    const { client, server, wire, isOpaque } = deps;
    this.#toServer = new Flow(new Lane(server, wire), (frame) => this.#meetCall(frame));
    this.#toClient = new Flow(new Lane(client, wire), (frame) => this.#meetReply(frame));
    client.on('data', (chunk) =>
      isOpaque ? this.#toServer.lane.pass(chunk) : this.#toServer.add(this.#calls.push(chunk)),
    );
    server.on('data', (chunk) =>
      isOpaque ? this.#toClient.lane.pass(chunk) : this.#toClient.add(this.#replies.push(chunk)),
    );
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => this.#hangUp());
    }
  }

  get name(): string {
    return this.#name;
  }

  /** Breaks both sides at once, with a reset. */
  cut(): void {
    if (this.#isCut) return;
    this.#isCut = true;
    for (const socket of [this.#deps.client, this.#deps.server]) reset(socket);
    this.#deps.onEnd(this);
  }

  flush(): void {
    this.#toServer.lane.flush();
    this.#toClient.lane.flush();
    if (this.#deps.client.destroyed || this.#deps.server.destroyed) this.cut();
  }

  /** One side hung up: so does the other, unless the wire is dead. */
  #hangUp(): void {
    if (!this.#deps.wire.isBlack) this.cut();
  }

  #meetCall(frame: Buffer): Stop | undefined {
    const words = wordsOf(frame);
    if (/^client setname$/i.test(words.slice(0, 2).join(' '))) this.#meetName(words[2] ?? '');
    const call = { connection: this.#name, words };
    const trap = this.#deps.trapFor(call);
    this.#expected.push(trap?.part === 'reply' ? { call, trap } : undefined);
    return trap?.part === 'call' ? this.#stop(call, trap) : undefined;
  }

  #meetName(name: string): void {
    this.#name = name;
    if (this.#deps.isTurnedAway(name)) this.cut();
  }

  #meetReply(frame: Buffer): Stop | undefined {
    const expected = this.#expected.shift();
    if (expected === undefined) return undefined;
    // A script that the server does not know has not run: it comes again, with its text.
    if (frame.toString('latin1', 0, UNKNOWN_SCRIPT.length) !== UNKNOWN_SCRIPT)
      return this.#stop(expected.call, expected.trap);
    expected.trap.waitForNext();
    return undefined;
  }

  #stop(call: Call, trap: Trap): Stop {
    return (goOn) => trap.spring({ call, release: goOn, drop: () => this.cut() });
  }
}

const UNKNOWN_SCRIPT = '-NOSCRIPT';

/** Called with how to let things go on. */
type Stop = (goOn: () => void) => void;

/** Frames in their order, behind one that may be held. */
class Flow {
  readonly lane: Lane;
  readonly #meet: (frame: Buffer) => Stop | undefined;
  readonly #waiting: Buffer[] = [];
  #isStopped = false;

  constructor(lane: Lane, meet: (frame: Buffer) => Stop | undefined) {
    this.lane = lane;
    this.#meet = meet;
  }

  add(frames: readonly Buffer[]): void {
    this.#waiting.push(...frames);
    this.#run();
  }

  #run(): void {
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) {
      const passing = frame;
      const stop = this.#meet(passing);
      if (stop === undefined) {
        this.lane.pass(passing);
        continue;
      }
      this.#isStopped = true;
      stop(() => {
        this.#isStopped = false;
        this.lane.pass(passing);
        this.#run();
      });
    }
  }

  #next(): Buffer | undefined {
    return this.#isStopped ? undefined : this.#waiting.shift();
  }
}

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

/**
 * Resets the connection; what was not sent yet is gone.
 *
 * `socket.resetAndDestroy()` says goodbye first, and resets in the middle of that: libuv refuses, and the process, waiting for a
 * handle that is never closed, does not end (Node 20.20, `CleanupHandles`). So the socket is destroyed with the mark that
 * this method sets. A Node that knows no such mark closes in order, which the other end takes for a fault as well.
 */
export function reset(socket: Socket & { resetAndClosing?: boolean }): void {
  const isSayingGoodbye = socket.writableEnded || socket.connecting;
  if (!isSayingGoodbye) socket.resetAndClosing = true;
  socket.destroy();
}
