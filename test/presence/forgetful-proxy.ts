// A proxy before a Redis that tells no client when the server hangs up, as a router that has forgotten a connection.
import type { RedisAddress } from '@acktor/core/internal';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export class ForgetfulProxy implements AsyncDisposable {
  readonly #listener: Server;
  readonly #clients = new Set<Socket>();

  private constructor(path: string) {
    this.#listener = createServer((client) => this.#pass(client, path));
  }

  static async start({ endpoint }: RedisAddress): Promise<ForgetfulProxy> {
    if (endpoint.kind !== 'unix') throw new Error('the proxy stands before a socket');
    const proxy = new ForgetfulProxy(endpoint.path);
    proxy.#listener.listen(0, '127.0.0.1');
    await once(proxy.#listener, 'listening');
    return proxy;
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.#listener.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const client of this.#clients) client.destroy();
    await once(this.#listener, 'close');
  }

  #pass(client: Socket, path: string): void {
    const server = connect(path);
    this.#clients.add(client);
    client.on('data', (bytes) => server.write(bytes));
    server.on('data', (bytes) => client.write(bytes));
    client.on('error', () => undefined).on('close', () => server.destroy());
    server.on('error', () => undefined);
  }
}
