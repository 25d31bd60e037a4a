import { MetricsPortError, Worker } from '@acktor/worker';
import { expect } from 'chai';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { connect, type Server, type Socket } from 'node:net';
import { namesIn } from '../metrics/read-metrics.js';
import { handlerOf } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { rejection } from '../server/rejection.js';
import { signal } from '../signals/signal.js';
import { WorkerTrial } from '../worker/worker-trial.js';

describe("a lone worker's door over HTTP", function () {
  this.timeout(20_000);
  let trial: WorkerTrial;
  beforeEach(async () => {
    trial = await WorkerTrial.open();
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  it('answers that it is alive, ready, and what it counted; while it drains it is not ready', async () => {
    const [begun, mayEnd] = [signal(), signal()];
    const handler = handlerOf(note, async () => {
      begun.give();
      await mayEnd.given;
      return { length: 1 };
    });
    const worker = await trial.work([handler], { http: { port: 0 } });
    const ask = async (path: string) => {
      const answer = await fetch(`http://127.0.0.1:${worker.httpPort}${path}`);
      return { status: answer.status, text: await answer.text() };
    };
    expect(await ask('/healthz')).to.deep.equal({ status: 200, text: 'ok\n' });
    expect(await ask('/readyz')).to.deep.equal({ status: 200, text: 'ready\n' });
    const { text } = await ask('/metrics');
    expect([...namesIn(text)]).to.include.members(['acktor_consumers', 'acktor_worker_resident_bytes']);
    expect(worker.isMetered).to.equal(true);
    await trial.producer.send(note, { text: 'x' });
    await begun.given;
    expect(worker.health()).to.deep.include({ held: 1, stuck: 0, queues: [{ queue: 'notes', consumers: 1, held: 1 }] });
    const closed = worker.close();
    expect(await ask('/readyz')).to.deep.equal({ status: 503, text: 'the worker is draining\n' });
    mayEnd.give();
    await closed;
    expect((await rejection(fetch(`http://127.0.0.1:${worker.httpPort}/healthz`), TypeError)).message).to.equal(
      'fetch failed',
    );
  });

  it('has closed its port when close() resolves', async () => {
    const worker = await trial.work([handlerOf(note, () => ({ length: 1 }))], { http: { port: 0 } });
    const accepting = serverOf(worker.httpPort);
    const client = connect(worker.httpPort ?? 0);
    const server = await accepting;
    let isClosed = false;
    server.once('close', () => (isClosed = true));
    await worker.close();
    expect(isClosed).to.equal(true);
    client.destroy();
  });

  it('leaves nothing open when its port is taken', async () => {
    const first = await trial.work([handlerOf(note, () => ({ length: 1 }))], { http: { port: 0 } });
    const port = first.httpPort ?? 0;
    const { url: redis, namespace, log: logger } = trial;
    const handlers = [handlerOf(note, () => ({ length: 1 }))];
    const error = await rejection(
      Worker.start({ redis, namespace, logger, handlers, http: { port } }),
      MetricsPortError,
    );
    expect(error.port).to.equal(port);
    expect(trial.log.lines.all.filter(({ message }) => message === 'the worker has stopped')).to.have.length(1);
  });
});

/** The server of this process that accepts the next connection to this port. */
function serverOf(port: number | undefined): Promise<Server> {
  return new Promise((resolve) => {
    const look = (message: unknown) => {
      const { socket } = message as { readonly socket: Socket & { readonly server: Server } };
      if (socket.localPort !== port) return;
      unsubscribe('net.server.socket', look);
      resolve(socket.server);
    };
    subscribe('net.server.socket', look);
  });
}
