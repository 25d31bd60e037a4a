// A TCP proxy before a Redis, on the loopback interface, that can do to connections what networks do.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Trap, type Caught, type Interception } from './interception.js';
import { Link, reset } from './link.js';

export class Proxy implements AsyncDisposable {
  readonly #isOpaque: boolean;
  #serverPort: number;
  readonly #listener: Server;
  readonly #links = new Set<Link>();
  readonly #traps: Trap[] = [];
  #refusesUntilMs = 0;
  #refused: string | undefined;
  readonly #wire = { isBlack: false, delayMs: () => 0 };

  private constructor(serverPort: number, isOpaque: boolean) {
    this.#serverPort = serverPort;
    this.#isOpaque = isOpaque;
    this.#listener = createServer((client) => this.#accept(client));
  }

  /** @param isOpaque whether it passes bytes on as they come, such as a replica's, and can intercept nothing. */
  static async start(serverPort: number, isOpaque = false): Promise<Proxy> {
    const proxy = new Proxy(serverPort, isOpaque);
    proxy.#listener.listen(0, '127.0.0.1');
    await once(proxy.#listener, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#listener.address() as AddressInfo).port;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Connections from now on go to the server on this port; those that are open are cut off, as by a failover. */
  leadTo(serverPort: number): void {
    this.#serverPort = serverPort;
    this.cut();
  }

  /** Catches one call, or its reply. Resolves when it is there. */
  intercept(interception: Interception): Promise<Caught> {
    const trap = new Trap(interception);
    this.#traps.push(trap);
    return trap.caught;
  }

  /** Resets the connections of that name, or all; a client that connects within `awayMs` after that is turned away. */
  cut(name?: string, awayMs = 0): void {
    this.#refusesUntilMs = Date.now() + awayMs;
    this.#refused = name;
    for (const link of this.#links) if (name === undefined || link.name === name) link.cut();
  }

  /** From now on nothing arrives any more, in either direction, and neither side notices. */
  blackOut(): void {
    this.#wire.isBlack = true;
  }

  /** What was held arrives. */
  heal(): void {
    this.#wire.isBlack = false;
    for (const link of this.#links) link.flush();
  }

  /** Each piece takes so long from now on. */
  delay(delayMs: () => number): void {
    this.#wire.delayMs = delayMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const link of this.#links) link.cut();
    this.#listener.close();
    await once(this.#listener, 'close');
  }

  #accept(client: Socket): void {
    // Who is turned away by name is known when it says its name.
    if (Date.now() < this.#refusesUntilMs && this.#refused === undefined) {
      reset(client);
      return;
    }
    const link = new Link({
      client,
      server: connect(this.#serverPort, '127.0.0.1'),
      wire: this.#wire,
      isOpaque: this.#isOpaque,
      trapFor: (call) => this.#traps.find((trap) => trap.takes(call)),
      onEnd: (ended) => this.#links.delete(ended),
      isTurnedAway: (name) => name === this.#refused && Date.now() < this.#refusesUntilMs,
    });
    this.#links.add(link);
  }
}
