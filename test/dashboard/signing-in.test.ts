import { expect } from 'chai';
import { createHash, createHmac } from 'node:crypto';
import { OptionsError } from '@acktor/core';
import { dashboardHandler, type DashboardHandlerOptions } from '@acktor/dashboard';
import { log, openAddress, openTrial, post, tokens, type DashboardTrial } from './dashboard-trial.js';
import { permits, SessionSeal, type ErrorView, type SealDeps, type SessionView } from './dashboard-inside.js';
import { pipelined } from './pipelined.js';

const openGuarded = () => openTrial({ trust: { kind: 'tokens', tokens } });

async function codeOf(response: Response): Promise<string> {
  return ((await response.json()) as ErrorView).error.code;
}

function cookieOf(response: Response): string {
  return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

describe('signing in to the dashboard', () => {
  let trial: DashboardTrial;

  beforeEach('serves a dashboard with tokens', async () => {
    trial = await openGuarded();
  });

  afterEach('ends it', async () => {
    await trial[Symbol.asyncDispose]();
  });

  it('gives the role of the token, in a cookie that no script and no other site can use', async () => {
    const response = await trial.ask('api/session', post({ token: tokens.viewer }));
    expect(await response.json()).to.include({ role: 'viewer', isByToken: true });
    const cookie = response.headers.get('set-cookie');
    expect(cookie).to.include('HttpOnly').and.include('SameSite=Strict').and.not.include(tokens.viewer);
  });

  it('makes the cookie one for encrypted connections where there is one', async () => {
    const encrypted = post({ token: tokens.viewer }, { 'x-forwarded-proto': 'https' });
    expect((await trial.ask('api/session', encrypted)).headers.get('set-cookie')).to.include('Secure');
  });

  it('takes a token in the first URL, and sends the browser on without it', async () => {
    const response = await trial.ask(`?token=${tokens.operator}&queue=payments`);
    expect(response.status).to.equal(303);
    expect(response.headers.get('location')).to.equal('./?queue=payments');
    const session = await trial.ask('api/session', { headers: { cookie: cookieOf(response) } });
    expect(((await session.json()) as SessionView).role).to.equal('operator');
  });

  it('refuses a wrong token, and one that is no text', async () => {
    expect(await codeOf(await trial.ask('api/session', post({ token: 'viewer-token-0124' })))).to.equal(
      'ACKTOR_WRONG_TOKEN',
    );
    expect(await codeOf(await trial.ask('api/session', post({ token: 17 })))).to.equal('ACKTOR_BAD_REQUEST');
    expect(await codeOf(await trial.ask('api/session', post({ token: '' })))).to.equal('ACKTOR_WRONG_TOKEN');
    expect(await codeOf(await trial.ask('?token=wrong'))).to.equal('ACKTOR_WRONG_TOKEN');
  });

  it('shows a person with a bad link the page, which says so, and answers a program with the error', async () => {
    const open = (query: string) => openAddress(new URL(query, trial.url));
    const { status, headers } = await open('?token=wrong&queue=payments');
    expect(status).to.equal(303);
    expect(headers.location).to.equal('./?queue=payments&refused=wrong');
    expect(headers['set-cookie']).to.equal(undefined);
    for (let count = 0; count < 10; count += 1) await open('?token=wrong');
    expect((await open(`?token=${tokens.operator}`)).headers.location).to.equal('./?refused=many');
  });

  it('compares only ten of a thousand tokens that come in one write, be the last of them right', async () => {
    const guesses = Array.from({ length: 1_100 }, (_, at) => (at === 1_099 ? tokens.operator : `guess-number-${at}`));
    const answers = await pipelined(trial.url, guesses);
    expect(answers).to.have.length(guesses.length);
    expect(answers.filter((status) => status === 401)).to.have.length(10);
    expect(answers.filter((status) => status === 429)).to.have.length(1_090);
  });

  it('does not count right tokens', async () => {
    const answers = await pipelined(
      trial.url,
      Array.from({ length: 30 }, () => tokens.viewer),
    );
    expect(new Set(answers)).to.deep.equal(new Set([200]));
  });

  it('stops guessing: after ten wrong tokens not even the right one helps for a minute', async () => {
    for (let count = 0; count < 10; count += 1) await trial.ask('api/session', post({ token: `guess-${count}` }));
    const response = await trial.ask('api/session', post({ token: tokens.operator }));
    expect(response.status).to.equal(429);
    expect(await codeOf(response)).to.equal('ACKTOR_TOO_MANY_TOKENS');
  });

  it('knows no role whose token was not set', async () => {
    await using lookOnly = await openTrial({
      trust: { kind: 'tokens', tokens: { viewer: tokens.viewer } },
    });
    expect(await codeOf(await lookOnly.ask('api/session', post({ token: '' })))).to.equal('ACKTOR_WRONG_TOKEN');
    expect(await codeOf(await lookOnly.ask('api/session', post({ token: 'undefined' })))).to.equal(
      'ACKTOR_WRONG_TOKEN',
    );
  });

  it('forgets the cookie when asked to', async () => {
    const signedIn = await trial.ask('api/session', post({ token: tokens.viewer }));
    const { csrf } = (await signedIn.json()) as SessionView;
    const headers = { cookie: cookieOf(signedIn), 'x-acktor-csrf': csrf };
    const response = await trial.ask('api/session', { method: 'DELETE', headers });
    expect(response.status).to.equal(200);
    expect(response.headers.get('set-cookie')).to.include('Max-Age=0');
  });

  it('believes no cookie that it did not seal', async () => {
    const sealed = cookieOf(await trial.ask('api/session', post({ token: tokens.viewer })));
    const forged = [sealed.replace('viewer', 'operator'), sealed.slice(0, -1), sealed.replace(/\.(\d+)\./, '.9$1.')];
    for (const cookie of forged) expect((await trial.ask('api/session', { headers: { cookie } })).status).to.equal(401);
    const another = (await SessionSeal.open({ secret: 'x'.repeat(32) })).issue('operator', Date.now());
    const cookie = `${sealed.split('=')[0]}=${another.text}`;
    expect((await trial.ask('api/session', { headers: { cookie } })).status).to.equal(401);
  });

  it('asks the application who calls, by option', async () => {
    const authorize = () => Promise.resolve('viewer' as const);
    await using mounted = await openTrial({ trust: { kind: 'application', authorize } });
    const session = (await (await mounted.ask('api/session')).json()) as SessionView;
    expect(session).to.include({ role: 'viewer', isByToken: false });
  });

  it('says that no token helps to a person whom the application does not let in', async () => {
    await using closed = await openTrial({ trust: { kind: 'application', authorize: () => undefined } });
    const response = await closed.ask('api/session');
    expect(response.status).to.equal(401);
    expect(await codeOf(response)).to.equal('ACKTOR_NOT_LET_IN');
  });
});

describe('the seal of a session', () => {
  const twelveHoursMs = 12 * 60 * 60 * 1_000;

  it('holds for twelve hours', async () => {
    const seal = await SessionSeal.open({ tokens });
    const { text } = seal.issue('operator', 0);
    expect(seal.read(text, twelveHoursMs - 1)?.role).to.equal('operator');
    expect(seal.read(text, twelveHoursMs)).to.equal(undefined);
  });

  it('is known to a process that has the same tokens, and to no other', async () => {
    const { text, session } = (await SessionSeal.open({ tokens })).issue('viewer', 0);
    const read = async (deps: SealDeps) => (await SessionSeal.open(deps)).read(text, 1);
    expect(await read({ tokens })).to.deep.equal(session);
    expect(await read({ tokens: { ...tokens, operator: 'another-operator-token' } })).to.equal(undefined);
    expect(await read({})).to.equal(undefined);
  });

  it('is known to a process that has the same secret and tokens: new tokens end it', async () => {
    const secret = 'a secret that all replicas share, and nobody else';
    const { text, session } = (await SessionSeal.open({ secret, tokens })).issue('viewer', 0);
    const read = async (deps: SealDeps) => (await SessionSeal.open(deps)).read(text, 1);
    expect(await read({ secret: Buffer.from(secret), tokens })).to.deep.equal(session);
    expect(await read({ secret, tokens: { viewer: tokens.viewer } })).to.equal(undefined);
    expect(await read({ tokens })).to.equal(undefined);
  });

  it('cannot be tried out with guesses of the other token faster than scrypt allows', async () => {
    // A person with a viewer's cookie knows its text, the viewer's token, and this program.
    const { text } = (await SessionSeal.open({ tokens })).issue('viewer', 0);
    const [claim, seal] = [text.slice(0, text.lastIndexOf('.')), text.slice(text.lastIndexOf('.') + 1)];
    const hash = (guess: string) => createHash('sha256').update(guess).digest();
    const shown = [
      JSON.stringify([tokens.viewer, tokens.operator]),
      JSON.stringify([tokens.viewer, tokens.operator].toReversed()),
      tokens.operator,
    ];
    const fast = shown.flatMap((guess) => [hash(guess), Buffer.from(guess)]);
    for (const key of fast) expect(createHmac('sha256', key).update(claim).digest('base64url')).to.not.equal(seal);
    const beganAtMs = performance.now();
    await SessionSeal.open({ tokens: { ...tokens, operator: 'a-guess-of-the-token' } });
    expect(performance.now() - beganAtMs).to.be.above(20);
  });
});

describe('replicas of a dashboard that the application guards', () => {
  const secret = 'a secret that all replicas share, and nobody else';
  const authorize = () => 'operator' as const;

  async function changeOnTheOther(options: DashboardHandlerOptions): Promise<number> {
    await using one = await openTrial({ trust: { kind: 'application', authorize }, options });
    await using other = await openTrial({ trust: { kind: 'application', authorize }, options });
    const { csrf } = (await (await one.ask('api/session')).json()) as SessionView;
    return (await other.ask('api/queues/payments/resume', post({}, { 'x-acktor-csrf': csrf }))).status;
  }

  it('take each other’s changes when they share a secret', async () => {
    expect(await changeOnTheOther({ secret })).to.equal(200);
    expect(await changeOnTheOther({ secret: Buffer.from(secret) })).to.equal(200);
  });

  it('refuse them without one, and say what is missing', async () => {
    log.length = 0;
    expect(await changeOnTheOther({})).to.equal(403);
    expect(log.map(({ message }) => message).filter((message) => message.includes('secret'))).to.have.length(2);
  });

  it('warn of nothing where a secret is, or tokens are', async () => {
    log.length = 0;
    await using _ = await openTrial({ trust: { kind: 'application', authorize }, options: { secret } });
    await using __ = await openTrial({ trust: { kind: 'tokens', tokens } });
    expect(log.filter(({ message }) => message.includes('secret'))).to.deep.equal([]);
  });

  it('take no secret that is too short, and do not repeat it', () => {
    const short = 'thirty-one bytes are too few !!';
    expect(() => dashboardHandler({ authorize, secret: short }))
      .to.throw(OptionsError, '32 bytes at least, got a text of 31 characters')
      .with.property('message')
      .that.does.not.include(short);
    expect(() => dashboardHandler({ tokens: { viewer: 'short-token' } }))
      .to.throw(OptionsError, 'got a text of 11 characters')
      .with.property('message')
      .that.does.not.include('short-token');
  });
});

describe('what a session permits', () => {
  const session = (role: 'viewer' | 'operator') => ({ role, csrf: '', expiresAtMs: 1_000 });

  it('is what its role may have, until it is over', () => {
    const needs = ['anonymous', 'viewer', 'operator'] as const;
    const permitted = (role: 'viewer' | 'operator', nowMs: number) =>
      needs.filter((need) => permits(session(role), need, nowMs));
    expect(permitted('operator', 999)).to.deep.equal(['anonymous', 'viewer', 'operator']);
    expect(permitted('viewer', 999)).to.deep.equal(['anonymous', 'viewer']);
    expect(permitted('operator', 1_000)).to.deep.equal(['anonymous']);
    expect(needs.filter((need) => permits(undefined, need, 0))).to.deep.equal(['anonymous']);
  });
});
