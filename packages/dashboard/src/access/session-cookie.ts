// The cookie that keeps a session in the browser.
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { stringifySetCookie } from 'cookie';
import { SESSION_MS } from './session-seal.js';

/** As a Set-Cookie header. An empty text forgets the session. */
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

/** A proxy's word is enough here: a lie makes the cookie only harder to get. */
function isEncrypted({ socket, headers }: IncomingMessage): boolean {
  return socket instanceof TLSSocket || headers['x-forwarded-proto'] === 'https';
}
