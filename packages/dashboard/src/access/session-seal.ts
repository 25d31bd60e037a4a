// Sessions without a store: a cookie holds role and end under a seal that only this dashboard, and its replicas, can make.
//
// Whoever has a cookie can try out, on a machine of their own, which key has sealed it. So no key comes from tokens by a fast
// hash: with that, a viewer could guess the operator's token from a cookie, some ten thousand times a second.
import { createHmac, randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import type { Role } from '../protocol/requests.js';
import { equalTexts } from './equal-texts.js';
import type { Session } from './session.js';
import type { Tokens } from './token-desk.js';

/** A session as the browser keeps it. */
export interface SealedSession {
  readonly text: string;
  readonly session: Session;
}

/** What the key of a seal is made of. */
export interface SealDeps {
  /** What replicas share, of 32 bytes at least. */
  readonly secret?: string | Uint8Array | undefined;
  readonly tokens?: Tokens | undefined;
}

export class SessionSeal {
  readonly #key: Buffer;
  /** Cookies know no ports: two dashboards on one host must not take each other's. */
  readonly cookieName: string;

  private constructor(key: Buffer) {
    this.#key = key;
    this.cookieName = `acktor-${this.#sign('name').slice(0, 8)}`;
  }

  /**
   * A seal whose key comes from the secret and the tokens; without a secret from the tokens alone, by scrypt, which takes a
   * quarter of a second and 32 MiB; without both it is random. Processes that are given the same know each other's sessions,
   * and new tokens end all of them.
   */
  static async open({ secret, tokens = {} }: SealDeps): Promise<SessionSeal> {
    const shown = JSON.stringify([tokens.viewer ?? null, tokens.operator ?? null]);
    if (secret !== undefined) return new SessionSeal(createHmac('sha256', secret).update(shown).digest());
    if (tokens.viewer === undefined && tokens.operator === undefined) return new SessionSeal(randomBytes(KEY_BYTES));
    return new SessionSeal(await stretched(shown));
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

const KEY_BYTES = 32;

/**
 * One of the settings that OWASP's cheat sheet on storing passwords has for scrypt: of those that cost a guesser the same, one
 * that fits a small container.
 */
const COST = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1_024 * 1_024 };
/** The same in every replica, so it cannot be random. */
const SALT = 'acktor dashboard session key';

const derive = promisify<string, string, number, typeof COST, Buffer>(scrypt);

function stretched(text: string): Promise<Buffer> {
  return derive(text, SALT, KEY_BYTES, COST);
}

function isRole(text: string | undefined): text is Role {
  return text === 'viewer' || text === 'operator';
}
