import { expect } from 'chai';
import { openTrial, post, tokens, type DashboardTrial } from './dashboard-trial.js';
import { permits, SessionSeal, type ErrorView, type SessionView } from './dashboard-inside.js';

const openGuarded = () => openTrial({ trust: { kind: 'tokens' }, options: { tokens } });

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

  it('stops whoever guesses: after ten wrong tokens not even the right one helps for a minute', async () => {
    for (let count = 0; count < 10; count += 1) await trial.ask('api/session', post({ token: `guess-${count}` }));
    const response = await trial.ask('api/session', post({ token: tokens.operator }));
    expect(response.status).to.equal(429);
    expect(await codeOf(response)).to.equal('ACKTOR_TOO_MANY_TOKENS');
  });

  it('knows no role whose token was not set', async () => {
    await using lookOnly = await openTrial({
      trust: { kind: 'tokens' },
      options: { tokens: { viewer: tokens.viewer } },
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
    const another = new SessionSeal(['of-another-dashboard']).issue('operator', Date.now());
    const cookie = `${sealed.split('=')[0]}=${another.text}`;
    expect((await trial.ask('api/session', { headers: { cookie } })).status).to.equal(401);
  });

  it('asks the application who calls, where it is told to', async () => {
    const authorize = () => Promise.resolve('viewer' as const);
    await using mounted = await openTrial({ trust: { kind: 'application', authorize } });
    const session = (await (await mounted.ask('api/session')).json()) as SessionView;
    expect(session).to.include({ role: 'viewer', isByToken: false });
    await using closed = await openTrial({ trust: { kind: 'application', authorize: () => undefined } });
    expect((await closed.ask('api/session')).status).to.equal(401);
  });
});

describe('the seal of a session', () => {
  const twelveHoursMs = 12 * 60 * 60 * 1_000;

  it('holds for twelve hours', () => {
    const seal = new SessionSeal(['secret']);
    const { text } = seal.issue('operator', 0);
    expect(seal.read(text, twelveHoursMs - 1)?.role).to.equal('operator');
    expect(seal.read(text, twelveHoursMs)).to.equal(undefined);
  });

  it('is known to a process that has the same tokens, and to no other', () => {
    const { text, session } = new SessionSeal(['one', 'two']).issue('viewer', 0);
    expect(new SessionSeal(['one', 'two']).read(text, 1)).to.deep.equal(session);
    expect(new SessionSeal(['one', 'three']).read(text, 1)).to.equal(undefined);
    expect(new SessionSeal([]).read(text, 1)).to.equal(undefined);
  });
});

describe('what a session permits', () => {
  const session = (role: 'viewer' | 'operator') => ({ role, csrf: '', expiresAtMs: 1_000 });

  it('is what its role may have, until it is over', () => {
    const needs = ['nobody', 'viewer', 'operator'] as const;
    const permitted = (role: 'viewer' | 'operator', nowMs: number) =>
      needs.filter((need) => permits(session(role), need, nowMs));
    expect(permitted('operator', 999)).to.deep.equal(['nobody', 'viewer', 'operator']);
    expect(permitted('viewer', 999)).to.deep.equal(['nobody', 'viewer']);
    expect(permitted('operator', 1_000)).to.deep.equal(['nobody']);
    expect(needs.filter((need) => permits(undefined, need, 0))).to.deep.equal(['nobody']);
  });
});
