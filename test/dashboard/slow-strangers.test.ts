// Clients that open connections to the dashboard's own server and keep them.
import { expect } from 'chai';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Dashboard } from '@acktor/dashboard';
import { freshNamespace, redisUrl } from '../real-redis/real-redis.js';
import { quietLogger } from './dashboard-trial.js';
import { LiveReader } from './live-reader.js';

describe('strangers before the dashboard’s own server', function () {
  this.timeout(60_000);
  let dashboard: Dashboard;
  const strangers: Socket[] = [];

  beforeEach('serves one', async () => {
    const options = { redis: redisUrl(), namespace: freshNamespace(), port: 0, logger: quietLogger };
    dashboard = await Dashboard.start({ ...options, trustMachine: true });
  });

  afterEach('ends it', async () => {
    for (const socket of strangers.splice(0)) socket.destroy();
    await dashboard.close();
  });

  async function come(): Promise<Socket> {
    const socket = connect(Number(new URL(dashboard.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    strangers.push(socket);
    await once(socket, 'connect');
    return socket;
  }

  it('do not lock others out by a thousand idle connections', async () => {
    using watching = await LiveReader.open(dashboard.url);
    await watching.snapshot();
    for (let count = 0; count < 1_100; count += 1) await come();
    const beganAtMs = performance.now();
    expect((await fetch(`${dashboard.url}api/session`)).status).to.equal(200);
    expect(performance.now() - beganAtMs).to.be.below(5_000);
    const { sequence } = await watching.frame(() => true);
    await watching.frame((frame) => frame.sequence > sequence);
    expect(strangers.filter((socket) => !socket.closed && !socket.readableEnded).length).to.be.below(1_100);
  });

  it('are let go when they send their headers letter by letter', async () => {
    const slow = await come();
    const ended = once(slow.resume(), 'close');
    slow.write('GET /api/session HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
    const dripping = setInterval(() => slow.write('a'), 500);
    const beganAtMs = performance.now();
    await ended;
    clearInterval(dripping);
    // Five seconds, checked once a second, on a machine that may be busy: it was 24 to 35.
    expect(performance.now() - beganAtMs).to.be.within(4_000, 15_000);
  });
});
