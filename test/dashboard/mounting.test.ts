import { expect } from 'chai';
import express from 'express';
import fastify from 'fastify';
import { dashboardHandler, type DashboardHandler } from '@acktor/dashboard';
import { freshNamespace, redisUrl } from '../real-redis/real-redis.js';
import { quietLogger, serve } from './dashboard-trial.js';
import { LiveReader } from './live-reader.js';
import type { ErrorView, SessionView } from './dashboard-inside.js';

interface Mounted extends AsyncDisposable {
  /** With the slash at the end. */
  readonly url: string;
}

function openHandler(): DashboardHandler {
  const authorize = () => 'operator' as const;
  return dashboardHandler({ authorize, redis: redisUrl(), namespace: freshNamespace(), logger: quietLogger });
}

const mounts: Readonly<Record<string, (handler: DashboardHandler) => Promise<Mounted>>> = {
  'a plain server': async (handler) => {
    const server = await serve(handler);
    return { url: server.url, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  },
  'a plain server, below a path': async (handler) => {
    const server = await serve(handler.at('/ops/acktor'));
    return { url: `${server.url}ops/acktor/`, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  },
  'Express, below a path, behind its JSON parser': async (handler) => {
    const app = express();
    app.use(express.json());
    app.use('/ops/acktor', handler);
    const server = await serve(app);
    return { url: `${server.url}ops/acktor/`, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  },
  'Fastify, below a path': async (handler) => {
    const app = fastify({ forceCloseConnections: true });
    await app.register(handler.fastify, { prefix: '/ops/acktor' });
    app.post('/other', (request) => request.body);
    const address = await app.listen({ port: 0, host: '127.0.0.1' });
    return { url: `${address}/ops/acktor/`, [Symbol.asyncDispose]: () => app.close() };
  },
};

for (const [where, mount] of Object.entries(mounts))
  describe(`a dashboard in ${where}`, () => {
    let handler: DashboardHandler;
    let mounted: Mounted;

    beforeEach('mounts it', async () => {
      handler = openHandler();
      mounted = await mount(handler);
    });

    afterEach('ends it', async () => {
      await handler.close();
      await mounted[Symbol.asyncDispose]();
    });

    it('serves the page, the session and the live stream', async () => {
      expect((await fetch(mounted.url)).headers.get('content-security-policy')).to.include("default-src 'self'");
      const session = (await (await fetch(`${mounted.url}api/session`)).json()) as SessionView;
      expect(session.role).to.equal('operator');
      using browser = await LiveReader.open(mounted.url);
      expect((await browser.snapshot()).workers).to.deep.equal([]);
    });

    it('reads bodies, and says what is wrong with them', async () => {
      const { csrf } = (await (await fetch(`${mounted.url}api/session`)).json()) as SessionView;
      const path = `${mounted.url}api/queues/payments/dead-letters/purge`;
      const headers = { 'x-acktor-csrf': csrf, 'content-type': 'application/json' };
      const purge = (body: string) => fetch(path, { method: 'POST', headers, body });
      // The body was read: the error is that there is no such queue.
      const unused = await purge('{"which":"all"}');
      expect(((await unused.json()) as ErrorView).error.code).to.equal('ACKTOR_QUEUE_NOT_FOUND');
      const wrong = await purge('{"which":"some"}');
      expect(wrong.status).to.equal(400);
      expect(((await wrong.json()) as ErrorView).error.code).to.equal('ACKTOR_BAD_REQUEST');
    });

    it('sends a browser that forgot the last slash to where the page can find its parts', async () => {
      const response = await fetch(mounted.url.slice(0, -1) + (mounted.url.endsWith('acktor/') ? '?queue=a' : '/'), {
        redirect: 'manual',
      });
      if (!mounted.url.endsWith('acktor/')) return expect(response.status).to.be.oneOf([200, 503]);
      expect(response.status).to.equal(308);
      return expect(response.headers.get('location')).to.equal('acktor/?queue=a');
    });

    it('answers 404 beside its own paths, and 405 for a method that a path does not know', async () => {
      expect((await fetch(`${mounted.url}api/nothing`)).status).to.equal(404);
      for (const method of ['POST', 'HEAD', 'OPTIONS'])
        expect((await fetch(`${mounted.url}api/live`, { method })).status).to.equal(405);
    });
  });

describe('a dashboard below a path', () => {
  for (const path of ['/', '/api/session', '/opsx/api/session', '/ops/acktorx', '/ops'])
    it(`is not at ${path}`, async () => {
      await using handler = openHandler();
      await using server = await serve(handler.at('/ops/acktor/'));
      expect((await fetch(new URL(path, server.url), { redirect: 'manual' })).status).to.equal(404);
      expect((await fetch(new URL('/ops/acktor/api/session', server.url))).status).to.equal(200);
    });

  it('is at no path that is none', async () => {
    await using handler = openHandler();
    expect(() => handler.at('ops' as '/ops')).to.throw(TypeError, 'a path such as /acktor');
  });
});

describe('a dashboard behind parsers of an application', () => {
  const large = JSON.stringify({ which: 'reason', reason: 'x'.repeat(70_000) });

  async function answerBehind(parse: express.RequestHandler, body: string, type = 'application/json'): Promise<number> {
    await using handler = openHandler();
    const app = express();
    app.use(parse);
    app.use('/acktor', handler);
    await using server = await serve(app);
    const url = `${server.url}acktor/api/`;
    const { csrf } = (await (await fetch(`${url}session`)).json()) as SessionView;
    const headers = { 'x-acktor-csrf': csrf, 'content-type': type };
    return (await fetch(`${url}queues/payments/dead-letters/purge`, { method: 'POST', headers, body })).status;
  }

  it('keeps its own limit, however much they let through', async () => {
    for (const parse of [express.json(), express.text({ type: '*/*' }), express.raw({ type: '*/*' })])
      expect(await answerBehind(parse, large)).to.equal(413);
  });

  it('takes what they have read, as text or bytes or an object', async () => {
    for (const parse of [express.json(), express.text({ type: '*/*' }), express.raw({ type: '*/*' })])
      // 404 for the queue, which does not exist: a body that was not read would be 400.
      expect(await answerBehind(parse, '{"which":"all"}')).to.equal(404);
  });

  it('takes no form, which another site can send, for what it is not', async () => {
    const form = 'application/x-www-form-urlencoded';
    expect(await answerBehind(express.urlencoded(), 'which=all', form)).to.equal(400);
  });

  it('does not wait for a body that was read before and not kept', async () => {
    const swallow: express.RequestHandler = (request, _, next) => void request.resume().once('end', () => next());
    expect(await answerBehind(swallow, '{"which":"all"}')).to.equal(400);
  });
});

describe('Fastify beside a dashboard', () => {
  it('goes on parsing the bodies of its own routes', async () => {
    await using handler = openHandler();
    const app = fastify();
    await app.register(handler.fastify, { prefix: '/acktor' });
    app.post('/other', (request) => request.body);
    const { body } = await app.inject({ method: 'POST', url: '/other', payload: { a: 1 } });
    expect(body).to.equal('{"a":1}');
    await app.close();
  });
});
