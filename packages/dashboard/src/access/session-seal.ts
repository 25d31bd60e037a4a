// Sessions without a store: a cookie holds role and end under a seal that only this dashboard can make.
//
// The key comes from the tokens, so that every replica and a restarted process know each other's sessions, and new tokens end
// all of them. Without tokens it is random.
import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { Role } from '../protocol/requests.js';
import { equalTexts } from './equal-texts.js';
import type { Session } from './session.js';

/** A session as the browser keeps it. */
export interface SealedSession {
  readonly text: string;
  readonly session: Session;
}

export class SessionSeal {
  readonly #key: Buffer;
  /** Cookies know no ports: two dashboards on one host must not take each other's. */
  readonly cookieName: string;

  constructor(tokens: readonly string[]) {
    this.#key = tokens.length === 0 ? randomBytes(32) : createHash('sha256').update(JSON.stringify(tokens)).digest();
    this.cookieName = `acktor-${this.#sign('name').slice(0, 8)}`;
  }

  /** Begins a session of twelve hours. */
  issue(role: Role, nowMs: number): SealedSession {
    const claim = `${role}.${nowMs + SESSION_MS}.${randomBytes(12).toString('base64url')}`;
    const text = `${claim}.${this.#sign(claim)}`;
    return { text, session: this.#sessionOf(text, role, nowMs + SESSION_MS) };
  }

  /** The session of a cookie; undefined for one that was not sealed here, or is over. */
  read(text: string, nowMs: number): Session | undefined {
    const [role, expires, nonce, seal, ...rest] = text.split('.');
    if (seal === undefined || rest.length > 0 || !isRole(role)) return undefined;
    if (!equalTexts(seal, this.#sign(`${role}.${expires}.${nonce}`))) return undefined;
    const expiresAtMs = Number(expires);
    return expiresAtMs > nowMs ? this.#sessionOf(text, role, expiresAtMs) : undefined;
  }

  /** The session of somebody whose role does not come from a cookie. */
  standing(role: Role, expiresAtMs: number): Session {
    return this.#sessionOf(role, role, expiresAtMs);
  }

  #sessionOf(text: string, role: Role, expiresAtMs: number): Session {
    return { role, expiresAtMs, csrf: this.#sign(`csrf ${text}`) };
  }

  #sign(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64url');
  }
}

/** How long a session of a token lasts, in milliseconds. */
export const SESSION_MS = 12 * 60 * 60 * 1_000;

function isRole(text: string | undefined): text is Role {
  return text === 'viewer' || text === 'operator';
}
