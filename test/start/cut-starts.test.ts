// Starts whose connection is cut, or goes silent, at their steps. `npm run chaos -- --only 28` goes through all of them.
import { Proxy } from '@acktor/chaos';
import { BrokerUnreachableError, Operator, Producer } from '@acktor/core';
import { PrivateServer } from '@acktor/core/server';
import { connectFleet } from '@acktor/core/engine';
import { Worker } from '@acktor/worker';
import { expect } from 'chai';
import { handlerOf } from '../handler/handler-of.js';
import { ping } from '../jobs/notes.js';
import { LogRecorder } from '../signals/log-recorder.js';

const handlers = [handlerOf(ping, () => undefined)];

interface Opened {
  close(): Promise<unknown>;
}

const starts: Readonly<Record<string, (redis: string, connectTimeoutMs: number) => Promise<Opened>>> = {
  'Producer.connect': (redis, connectTimeoutMs) => Producer.connect({ redis, connectTimeoutMs }),
  'Operator.connect': (redis, connectTimeoutMs) => Operator.connect({ redis, connectTimeoutMs }),
  connectFleet: (redis, connectTimeoutMs) => connectFleet({ redis, connectTimeoutMs }),
  'Worker.start': (redis, connectTimeoutMs) =>
    Worker.start({ handlers, redis, connectTimeoutMs, handleSignals: false, logger: new LogRecorder() }),
};

describe('a start', function () {
  this.timeout(240_000);
  let server: PrivateServer;
  let proxy: Proxy;

  before(async () => {
    server = await PrivateServer.start({ port: 0 });
  });
  beforeEach(async () => {
    const { endpoint } = server.address;
    proxy = await Proxy.start(endpoint.kind === 'tcp' ? endpoint.port : 0);
  });
  afterEach(() => proxy[Symbol.asyncDispose]());
  after(() => server.close());

  async function callsOf(start: () => Promise<Opened>): Promise<number> {
    let calls = 0;
    void proxy.intercept({ matches: () => (calls += 1) < 0, part: 'call' });
    await (await start()).close();
    return calls;
  }

  for (const [name, start] of Object.entries(starts)) {
    it(`by ${name} goes on with the next connection when one is cut at a call of it`, async () => {
      const begin = () => start(proxy.url, IN_TIME_MS);
      const calls = await callsOf(begin);
      expect(calls).to.be.greaterThan(2);
      for (let nth = 1; nth <= calls; nth += Math.ceil(calls / MOST_CUTS)) {
        void proxy.intercept({ matches: () => true, part: 'call', nth }).then((caught) => caught.drop());
        const opened = await settled(begin(), IN_TIME_MS, `cut at call ${nth} of ${calls}`);
        expect(opened, `cut at call ${nth} of ${calls}`).to.have.property('value');
        if ('value' in opened) await opened.value.close();
      }
    });

    it(`by ${name} ends within its time when the server says no more from a call of it on`, async () => {
      const calls = await callsOf(() => start(proxy.url, IN_TIME_MS));
      for (let nth = 1; nth <= Math.min(calls, MOST_SILENCES); nth += 1) {
        await using silent = await Proxy.start(Number(new URL(server.url).port));
        void silent.intercept({ matches: () => true, part: 'call', nth }).then(() => silent.blackOut());
        const opened = await settled(start(silent.url, SOON_MS), SOON_MS, `silent from call ${nth} of ${calls} on`);
        if ('value' in opened) await opened.value.close();
        else expect(opened.reason).to.be.instanceOf(BrokerUnreachableError);
      }
    });
  }
});

type Outcome = { readonly value: Opened } | { readonly reason: unknown };

/** How a start ended; it fails the test when it has not in time. */
async function settled(starting: Promise<Opened>, limitMs: number, when: string): Promise<Outcome> {
  const outcome = starting.then(
    (value): Outcome => ({ value }),
    (reason: unknown): Outcome => ({ reason }),
  );
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const fail = () => reject(new Error(`a start that was ${when} has not ended after ${limitMs + MARGIN_MS} ms`));
    timer = setTimeout(fail, limitMs + MARGIN_MS);
  });
  try {
    return await Promise.race([outcome, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Plenty for a start on a busy machine. */
const IN_TIME_MS = 10_000;
const SOON_MS = 500;
/** A thread may take so long to load its modules on a busy machine. */
const MARGIN_MS = 6_000;
const MOST_CUTS = 10;
/** Each costs half a second. */
const MOST_SILENCES = 8;
