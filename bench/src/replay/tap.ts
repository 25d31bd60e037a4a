// A way to a server on which everything that clients send is kept.
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandsIn, type SentCommand } from './resp.js';

export class Tap implements AsyncDisposable {
  /** The socket that clients connect to instead of the server's. */
  readonly address: string;
  readonly #server: Server;
  readonly #folder: string;
  readonly #sockets = new Set<Socket>();
  /** What each connection has sent. */
  readonly #sent: Buffer[][] = [];

  private constructor(folder: string, target: string) {
    this.#folder = folder;
    this.address = join(folder, 'tap.sock');
    this.#server = createServer((client) => this.#join(client, connect(target)));
  }

  static async open(target: string): Promise<Tap> {
    const tap = new Tap(await mkdtemp(join(tmpdir(), 'acktor-tap-')), target);
    tap.#server.listen(tap.address);
    await once(tap.#server, 'listening');
    return tap;
  }

  /** The script calls of the connection that has sent most of them, in order; forgets all that was sent. */
  takeScriptCalls(): readonly SentCommand[] {
    const connections = this.#sent.splice(0).map((chunks) => commandsIn(Buffer.concat(chunks)).filter(isScriptCall));
    const [busiest = []] = connections.sort((one, other) => other.length - one.length);
    // The text is sent when the server has answered that it does not know it: the call before it did nothing.
    if (busiest.some(({ name }) => name === 'EVAL')) throw new Error('expected the server to know the scripts already');
    return busiest;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #join(client: Socket, server: Socket): void {
    const chunks: Buffer[] = [];
    this.#sent.push(chunks);
    client.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      server.write(chunk);
    });
    server.on('data', (chunk: Buffer) => client.write(chunk));
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.#sockets.delete(one);
        other.end();
      });
    }
  }
}

function isScriptCall({ name }: SentCommand): boolean {
  return name === 'EVALSHA' || name === 'EVAL';
}
