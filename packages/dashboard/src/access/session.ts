// Sessions: a role, until when, and the token that a change must carry; sealed into a cookie, so that no store is needed.
import { createHmac, randomBytes, scrypt } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { stringifySetCookie } from 'cookie';
import type { Role } from '../protocol/requests.js';
import { equalTexts, type Tokens } from './token-verifier.js';

export interface Session {
  readonly role: Role;
  /** The token that a request must carry in its header to change something. */
  readonly csrf: string;
  /** In milliseconds since the epoch. A live stream ends then; the browser opens it again through the gate. */
  readonly expiresAtMs: number;
}

/** The least role that a route, or an event of the live stream, needs; `anonymous` where no session is needed. */
export type Needs = 'anonymous' | Role;

/** Whether a session suffices for what needs that. Every route and every live event is checked here, and nowhere else. */
export function permits(session: Session | undefined, needs: Needs, nowMs: number): boolean {
  if (needs === 'anonymous') return true;
  if (session === undefined || session.expiresAtMs <= nowMs) return false;
  return RIGHTS[session.role].includes(needs);
}

const RIGHTS: Readonly<Record<Role, readonly Needs[]>> = { viewer: ['viewer'], operator: ['viewer', 'operator'] };

/** A session as the browser keeps it. */
export interface SealedSession {
  readonly text: string;
  readonly session: Session;
}

/** What the key of a seal is derived from. */
export interface SealDeps {
  /** At least 32 bytes; the same in all replicas. */
  readonly secret?: string | Uint8Array | undefined;
  readonly tokens?: Tokens | undefined;
}

/**
 * Seals sessions and reads sealed ones: only this dashboard and its replicas have the key.
 *
 * A person who has a cookie can try out keys against it offline. So no key is derived from tokens by a fast hash: a viewer could
 * guess the operator's token from a cookie, some ten thousand times a second.
 */
export class SessionSeal {
  readonly #key: Buffer;
  /** Cookies do not depend on the port: two dashboards on one host need different names. */
  readonly cookieName: string;

  private constructor(key: Buffer) {
    this.#key = key;
    this.cookieName = `acktor-${this.#sign('name').slice(0, 8)}`;
  }

  /**
   * A seal whose key is derived from the secret and the tokens; without a secret from the tokens alone, by scrypt, which takes a
   * quarter of a second and 32 MiB; without both it is random. Processes with the same secret and tokens accept each other's
   * sessions, and new tokens end all sessions.
   */
  static async open({ secret, tokens = {} }: SealDeps): Promise<SessionSeal> {
    const text = JSON.stringify([tokens.viewer ?? null, tokens.operator ?? null]);
    if (secret !== undefined) return new SessionSeal(createHmac('sha256', secret).update(text).digest());
    if (tokens.viewer === undefined && tokens.operator === undefined) return new SessionSeal(randomBytes(KEY_BYTES));
    return new SessionSeal(await stretched(text));
  }

  /** Begins a session of twelve hours. */
  issue(role: Role, nowMs: number): SealedSession {
    const claim = `${role}.${nowMs + SESSION_MS}.${randomBytes(12).toString('base64url')}`;
    const text = `${claim}.${this.#sign(claim)}`;
    return { text, session: this.#sessionOf(text, role, nowMs + SESSION_MS) };
  }

  /** The session in a cookie; undefined for one that was not sealed with this key, or has expired. */
  read(text: string, nowMs: number): Session | undefined {
    const [role, expires, nonce, seal, ...rest] = text.split('.');
    if (seal === undefined || rest.length > 0 || !isRole(role)) return undefined;
    if (!equalTexts(seal, this.#sign(`${role}.${expires}.${nonce}`))) return undefined;
    const expiresAtMs = Number(expires);
    return expiresAtMs > nowMs ? this.#sessionOf(text, role, expiresAtMs) : undefined;
  }

  /** A session whose role does not come from a cookie. */
  withoutCookie(role: Role, expiresAtMs: number): Session {
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
 * One of the settings for scrypt in OWASP's cheat sheet on storing passwords: of those that cost an attacker the same, one that
 * fits a small container.
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

/** The Set-Cookie header of a session. An empty text clears the cookie. */
export function sessionCookie(request: IncomingMessage, name: string, text: string): string {
  return stringifySetCookie({
    name,
    value: text,
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: isEncrypted(request),
    maxAge: text === '' ? 0 : SESSION_MS / 1_000,
  });
}

/** The proxy's header is enough here: a forged one only makes the browser withhold the cookie. */
function isEncrypted({ socket, headers }: IncomingMessage): boolean {
  return socket instanceof TLSSocket || headers['x-forwarded-proto'] === 'https';
}
