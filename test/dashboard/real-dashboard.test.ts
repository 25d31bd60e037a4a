// The dashboard on a real server, with real workers.
import { expect } from 'chai';
import { job } from '@acktor/core';
import { PrivateServer } from '@acktor/core/server';
import { Dashboard, ListenError } from '@acktor/dashboard';
import { z } from 'zod';
import { handlerOf } from '../handler/handler-of.js';
import { breaking, die, fragile, mended } from '../dead-letters/graves.js';
import { rejection } from '../server/rejection.js';
import { signal } from '../signals/signal.js';
import { WorkerTrial } from '../worker/worker-trial.js';
import { openAddress, post, quietLogger } from './dashboard-trial.js';
import { LiveReader } from './live-reader.js';
import type {
  DeadLetterGroup,
  DeadLetterPage,
  DeadLetterPreview,
  ErrorView,
  JobPage,
  JobView,
  PayloadView,
  SessionView,
} from './dashboard-inside.js';

const script = '<script>alert(1)</script>';
const charge = job('charge', {
  queue: 'payments',
  data: z.object({ card: z.object({ pan: z.string() }), note: z.string() }),
  result: z.object({ receipt: z.string(), secret: z.string() }),
});
const payload = { card: { pan: '4111' }, note: script };

describe('the dashboard of a real fleet', function () {
  this.timeout(60_000);
  let trial: WorkerTrial;
  let dashboard: Dashboard;
  let csrf: string;

  beforeEach('serves it', async () => {
    trial = await WorkerTrial.open();
    const { url: redis, namespace } = trial;
    const redact = ['data.card', 'result.secret', 'meta.user'];
    dashboard = await Dashboard.start({ redis, namespace, port: 0, redact, trustMachine: true, logger: quietLogger });
    ({ csrf } = await get<SessionView>('api/session'));
  });

  afterEach('ends it', async () => {
    await dashboard.close();
    await trial[Symbol.asyncDispose]();
  });

  async function get<View>(path: string): Promise<View> {
    return (await (await fetch(dashboard.url + path)).json()) as View;
  }

  async function act<View>(path: string, body: unknown = {}): Promise<View> {
    const response = await fetch(dashboard.url + path, post(body, { 'x-acktor-csrf': csrf }));
    return (await response.json()) as View;
  }

  it('shows workers, their flows and the chart that they run on', async () => {
    await trial.work([handlerOf(charge, () => ({ receipt: 'r-1', secret: 's' }))]);
    using browser = await LiveReader.open(dashboard.url);
    const isConsumer = ({ machineId }: { machineId: string }) => machineId === 'consumer';
    const { charts } = await browser.snapshot((snapshot) => snapshot.charts.some(isConsumer));
    const chart = charts.find(isConsumer);
    expect(chart?.states.map(({ state }) => state)).to.include.members(['idle', 'processing.handling']);
    expect(chart?.folded?.states.map(({ state }) => state))
      .to.include('processing')
      .and.not.include('processing.handling');
    await (await trial.producer.send(charge, payload)).result();
    const { flows } = await browser.frame((frame) =>
      (frame.flows ?? []).some(({ from }) => from === 'processing.handling'),
    );
    expect(flows?.map(({ queue }) => queue)).to.include('payments');
    const { queues } = await browser.frame((frame) => (frame.queues ?? []).some(({ totals }) => totals.acked === 1));
    expect(queues?.[0]).to.include({ queue: 'payments', active: 0, waiting: 0 });
  });

  it('brings the payload on its own, as JSON text, with redacted places hidden', async () => {
    const { id } = await trial.producer.send(charge, payload);
    const path = `api/queues/payments/jobs/${id}`;
    const response = await fetch(`${dashboard.url}${path}/payload`);
    expect(response.headers.get('content-type')).to.equal('application/json; charset=utf-8');
    const view = (await response.json()) as PayloadView;
    expect(JSON.parse(view.payload)).to.deep.equal({ card: '[redacted]', note: script });
    expect(view.redactedPaths).to.include('data.card');
    const lines = [await get<JobView>(path), await get<JobPage>('api/queues/payments/jobs')];
    expect(JSON.stringify(lines)).to.not.include('4111').and.not.include(script);
  });

  it('shows the headers of a job, without what is redacted', async () => {
    const meta = { tenant: 'acme', user: 'ann@example.org' };
    const { id } = await trial.producer.send(charge, payload, { meta });
    const view = await get<JobView>(`api/queues/payments/jobs/${id}`);
    expect(view.meta).to.deep.equal({ tenant: 'acme', user: '[redacted]' });
    const other = await trial.producer.send(charge, payload);
    expect((await get<JobView>(`api/queues/payments/jobs/${other.id}`)).meta).to.deep.equal({});
  });

  it('shows what came of a job, without what is redacted', async () => {
    await trial.work([handlerOf(charge, () => ({ receipt: script, secret: 'hush' }))]);
    const receipt = await trial.producer.send(charge, payload);
    await receipt.result();
    const view = await get<JobView>(`api/queues/payments/jobs/${receipt.id}`);
    expect(view).to.include({ name: 'charge', place: 'acked', deliveries: 1 });
    expect(JSON.parse(view.result ?? '')).to.deep.equal({ receipt: script, secret: '[redacted]' });
    expect((await get<JobPage>(`api/jobs?id=${receipt.id}`)).jobs.map(({ queue }) => queue)).to.deep.equal([
      'payments',
    ]);
  });

  it('pauses a queue and lets it go on', async () => {
    await trial.producer.send(charge, payload);
    expect(await act('api/queues/payments/pause')).to.deep.equal({ ok: true });
    using browser = await LiveReader.open(dashboard.url);
    await browser.frame((frame) => frame.queues?.[0]?.isPaused === true);
    await act('api/queues/payments/resume');
    await browser.frame((frame) => frame.queues?.[0]?.isPaused === false);
  });

  it('cancels a waiting job, and one that runs by a message to its worker', async () => {
    const { id } = await trial.producer.send(charge, payload);
    expect(await act(`api/queues/payments/jobs/${id}/cancel`)).to.deep.equal({ outcome: 'removed' });
    const began = signal();
    const aborted = signal();
    const patient = handlerOf(charge, async ({ signal: ending }) => {
      ending.addEventListener('abort', () => aborted.give());
      began.give();
      await aborted.given;
      throw new Error('let go');
    });
    await trial.work([patient]);
    const running = await trial.producer.send(charge, payload);
    await began.given;
    expect(await act(`api/queues/payments/jobs/${running.id}/cancel`)).to.deep.equal({ outcome: 'signalled' });
    await aborted.given;
  });

  it('runs a delayed job now, and refuses to retry what waits for nothing', async () => {
    const later = await trial.producer.send(charge, payload, { delayMs: 3_600_000 });
    expect(await act(`api/queues/payments/jobs/${later.id}/retry`)).to.deep.equal({ ok: true });
    const again = await act<ErrorView>(`api/queues/payments/jobs/${later.id}/retry`);
    expect(again.error.code).to.equal('ACKTOR_NOT_RETRIABLE');
  });

  it('groups dead letters by reason, pages through them, and redrives or purges what was shown', async () => {
    const few = [
      { id: 'one', why: 'broken' },
      { id: 'two', why: script },
      { id: 'three', why: script },
    ];
    await die(trial, few);
    const groups = await get<readonly DeadLetterGroup[]>('api/dead-letters');
    expect(groups.map(({ queue, count, isCountPartial }) => ({ queue, count, isCountPartial }))).to.deep.equal([
      { queue: 'graves', count: 2, isCountPartial: false },
      { queue: 'graves', count: 1, isCountPartial: false },
    ]);
    const reason = groups[0]?.reason ?? '';
    const query = new URLSearchParams({ reason });
    const { deadLetters, cursor } = await get<DeadLetterPage>(`api/queues/graves/dead-letters?${query.toString()}`);
    expect(deadLetters.map(({ id }) => id)).to.have.members(['two', 'three']);
    expect(cursor).to.equal(undefined);
    const path = 'api/queues/graves/dead-letters';
    const { count, sampleIds, atMs } = await act<DeadLetterPreview>(`${path}/preview`, { which: 'reason', reason });
    expect({ count, sampleIds }).to.deep.equal({ count: 2, sampleIds: deadLetters.map(({ id }) => id) });
    await die(trial, [{ id: 'four', why: script }]);
    const touched = await act(`${path}/purge`, { which: 'reason', reason, untilMs: atMs });
    expect(touched).to.deep.equal({ count: 2 });
    expect(await act(`${path}/redrive`, { which: 'one', id: 'one' })).to.deep.equal({ count: 1 });
    expect(await act(`${path}/purge`, { which: 'all' })).to.deep.equal({ count: 1 });
  });

  it('pages through dead letters without repeating or passing over one', async () => {
    await die(
      trial,
      Array.from({ length: 120 }, (_, at) => ({ id: `letter-${at}` })),
    );
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const query = cursor === undefined ? '' : `?cursor=${cursor}`;
      const page = await get<DeadLetterPage>(`api/queues/graves/dead-letters${query}`);
      seen.push(...page.deadLetters.map(({ id }) => id));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(seen).to.have.length(120);
    expect(new Set(seen).size).to.equal(120);
  });

  it('retries a dead letter', async () => {
    await die(trial, [{ id: 'one' }]);
    expect(breaking).to.not.equal(mended);
    expect(await act('api/queues/graves/jobs/one/retry')).to.deep.equal({ ok: true });
    await trial.work(mended);
    await trial.producer.receipt(fragile, 'one').result();
  });
});

describe('a dashboard', function () {
  this.timeout(60_000);

  it('answers 503 while its Redis is away, says so on the live stream, and continues when it is back', async () => {
    await using server = await PrivateServer.start();
    await using dashboard = await Dashboard.start({
      redis: server.url,
      port: 0,
      trustMachine: true,
      logger: quietLogger,
    });
    using browser = await LiveReader.open(dashboard.url);
    await browser.snapshot();
    await server.kill();
    await browser.heard.first(({ event }) => event.type === 'connection' && event.state === 'away');
    const response = await fetch(`${dashboard.url}api/dead-letters`);
    expect(response.status).to.equal(503);
    expect(((await response.json()) as ErrorView).error.code).to.match(/^ACKTOR_/);
    expect((await fetch(`${dashboard.url}api/session`)).status).to.equal(200);
    await server.restart();
    await browser.heard.first(({ event }) => event.type === 'connection' && event.state === 'back');
    await browser.snapshot(({ sequence }) => sequence > 1);
    expect((await fetch(`${dashboard.url}api/dead-letters`)).status).to.equal(200);
  });

  it('says so when its port is taken, and leaves nothing open', async () => {
    await using trial = await WorkerTrial.open();
    const options = { redis: trial.url, namespace: trial.namespace, logger: quietLogger };
    await using first = await Dashboard.start({ ...options, port: 0 });
    const port = Number(new URL(first.url).port);
    const error = await rejection(Dashboard.start({ ...options, port }), ListenError);
    expect(error.message).to.include(`port ${port}`).and.include('EADDRINUSE');
  });

  it('may be closed twice', async () => {
    await using trial = await WorkerTrial.open();
    const dashboard = await Dashboard.start({ redis: trial.url, port: 0, logger: quietLogger });
    await Promise.all([dashboard.close(), dashboard.close()]);
    await dashboard.close();
  });
});

describe('the dashboard of an embedded server, on a machine that others use, too', function () {
  this.timeout(60_000);

  it('lets nobody in for being on the machine, and a person with its link as an operator', async () => {
    await using trial = await WorkerTrial.open();
    const { id } = await trial.producer.send(charge, payload);
    const { url: redis, namespace } = trial;
    await using dashboard = await Dashboard.start({ redis, namespace, port: 0, logger: quietLogger });
    const job = `${dashboard.url}api/queues/payments/jobs/${id}`;
    expect((await fetch(`${job}/payload`)).status).to.equal(401);
    expect((await fetch(`${job}/cancel`, post({}))).status).to.equal(401);
    expect((await fetch(`${dashboard.url}api/live`)).status).to.equal(401);
    const { status, headers } = await openAddress(dashboard.signInUrl);
    expect(status).to.equal(303);
    const cookie = String(headers['set-cookie']).split(';')[0] ?? '';
    const { csrf, role } = (await (
      await fetch(`${dashboard.url}api/session`, { headers: { cookie } })
    ).json()) as SessionView;
    expect(role).to.equal('operator');
    expect((await fetch(`${job}/payload`, { headers: { cookie } })).status).to.equal(200);
    expect((await fetch(`${job}/cancel`, post({}, { cookie, 'x-acktor-csrf': csrf }))).status).to.equal(200);
  });

  it('makes another token each time, and puts none that was given into the link', async () => {
    const options = { port: 0, logger: quietLogger };
    await using trial = await WorkerTrial.open();
    await using one = await Dashboard.start({ ...options, redis: trial.url });
    await using other = await Dashboard.start({ ...options, redis: trial.url });
    await using given = await Dashboard.start({
      ...options,
      redis: trial.url,
      tokens: { viewer: 'viewer-token-0123' },
    });
    expect(new URL(one.signInUrl).search).to.not.equal(new URL(other.signInUrl).search);
    expect(given.signInUrl).to.equal(given.url);
  });
});
