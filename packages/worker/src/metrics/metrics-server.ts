// Answers `/metrics`, `/healthz` and `/readyz` over HTTP, for Prometheus and for what runs the process.
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { MetricsPortError } from '../errors.js';

export interface MetricsServerDeps {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly metrics: () => Promise<string>;
  /** Why the process is not ready for work; nothing when it is. */
  readonly unreadiness: () => readonly string[];
}

/** Nothing here is a secret or changes anything: no payloads, no names but those of queues and jobs. */
export class MetricsServer {
  readonly #server: Server;
  readonly port: number;

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  /** @throws MetricsPortError when the port is taken, or is not for us. */
  static async listen(deps: MetricsServerDeps): Promise<MetricsServer> {
    const server = createServer(
      (request, response) => void answer(request.url ?? '/', deps, response).catch(() => fail(response)),
    );
    server.listen(deps.port, deps.host);
    await once(server, 'listening').catch((error: unknown) => {
      throw new MetricsPortError(deps.host, deps.port, { cause: error });
    });
    return new MetricsServer(server);
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

async function answer(url: string, deps: MetricsServerDeps, response: ServerResponse): Promise<void> {
  switch (url.split('?', 1)[0]) {
    case '/metrics':
      response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8');
      return void response.end(await deps.metrics());
    // A process that answers is alive. A server that is away is no reason to kill workers that hold jobs.
    case '/healthz':
      return void response.end('ok\n');
    case '/readyz': {
      const why = deps.unreadiness();
      response.statusCode = why.length === 0 ? 200 : 503;
      return void response.end(why.length === 0 ? 'ready\n' : `${why.join('\n')}\n`);
    }
    default:
      response.statusCode = 404;
      response.end('not here: /metrics, /healthz, /readyz\n');
  }
}

function fail(response: ServerResponse): void {
  response.statusCode = 500;
  response.end('the metrics could not be read\n');
}
