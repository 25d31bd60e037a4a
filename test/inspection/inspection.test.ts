// With the real package: its server relays to a browser, here to a socket that stands for one.
import { createInspectorServer } from '@statelyai/inspect/server';
import { expect } from 'chai';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { WebSocket } from 'ws';
import { handlerOf } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { Heard } from '../signals/heard.js';
import { WorkerTrial } from '../worker/worker-trial.js';

describe("Stately's inspector", () => {
  it('sees every actor of a worker and what happens to it, and nothing of a payload or a result', async () => {
    await using stage = await Stage.open();
    await using trial = await WorkerTrial.open();
    await trial.work([handlerOf(note, () => ({ length: 4_711 }))], { inspectUrl: stage.url });
    await (await trial.producer.send(note, { text: 'a secret' })).result();
    const consumer = await stage.told.first(({ type, name }) => type === '@xstate.actor' && name === 'notes-1');
    expect(JSON.parse(consumer.definition ?? '{}')).to.have.property('initial', 'idle');
    const acking = await stage.told.first(
      ({ sessionId, snapshot }) => sessionId === consumer.sessionId && Boolean(snapshot?.value?.['acking']),
    );
    expect(acking.snapshot?.context).to.have.nested.property('job.name', 'note');
    expect(acking.event).to.deep.equal({ type: 'handler.returned' });
    await stage.told.first(({ type, name }) => type === '@xstate.actor' && name === 'worker');
    const all = JSON.stringify(stage.told.all);
    expect(all).not.to.contain('a secret').and.not.to.contain('4711');
  });
});

type InspectorServer = ReturnType<typeof createInspectorServer>;

interface Told {
  readonly type: string;
  readonly name?: string;
  readonly sessionId: string;
  readonly definition?: string;
  readonly event?: unknown;
  readonly snapshot?: { readonly value?: Readonly<Record<string, unknown>>; readonly context?: unknown };
}

/** The inspector's server, and a browser. */
class Stage implements AsyncDisposable {
  readonly told = new Heard<Told>();
  readonly url: string;
  readonly #server: InspectorServer;
  readonly #browser: WebSocket;

  private constructor(url: string, server: InspectorServer, browser: WebSocket) {
    this.url = url;
    this.#server = server;
    this.#browser = browser;
    browser.on('message', (data: Buffer) => this.told.push(JSON.parse(data.toString()) as Told));
  }

  static async open(): Promise<Stage> {
    const port = await freePort();
    const url = `ws://localhost:${port}`;
    const server = createInspectorServer({ port, autoOpen: false });
    return new Stage(url, server, await connected(url));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#browser.close();
    await once(this.#browser, 'close');
    this.#server.stop();
  }
}

/** The server listens a moment after it was created, and does not say when. */
async function connected(url: string): Promise<WebSocket> {
  for (;;) {
    const socket = new WebSocket(url);
    const [isOpen] = await Promise.race([
      once(socket, 'open').then(() => [true]),
      once(socket, 'close').then(() => [false]),
    ]).catch(() => [false]);
    if (isOpen) return socket;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
