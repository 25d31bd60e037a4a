// One proxied connection: knows its name, pairs calls with replies, and catches what a trap waits for.
import type { Socket } from 'node:net';
import type { Call } from './call.js';
import type { Trap } from './interception.js';
import { Lane, type Wire } from './lane.js';
import { reset } from './reset.js';
import { RespFrames, wordsOf } from './resp-frames.js';

export interface LinkDeps {
  readonly client: Socket;
  readonly server: Socket;
  readonly wire: Wire;
  /** Whether the bytes are nobody's business here. */
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
  /** A trap for the reply of each call that is under way, in their order; undefined for those that nobody wants. */
  readonly #expected: ({ readonly call: Call; readonly trap: Trap } | undefined)[] = [];
  readonly #toServer: Flow;
  readonly #toClient: Flow;
  #name = '';
  #isCut = false;

  constructor(deps: LinkDeps) {
    this.#deps = deps;
    const { client, server, wire, isOpaque } = deps;
    this.#toServer = new Flow(new Lane(server, wire), (frame) => this.#meetCall(frame));
    this.#toClient = new Flow(new Lane(client, wire), () => this.#meetReply());
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

  /** One side hung up: so does the other, unless the wire is dead and nobody can tell it. */
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

  #meetReply(): Stop | undefined {
    const expected = this.#expected.shift();
    return expected && this.#stop(expected.call, expected.trap);
  }

  #stop(call: Call, trap: Trap): Stop {
    return (goOn) => trap.spring({ call, release: goOn, drop: () => this.cut() });
  }
}

/** Told how to let things go on. */
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
