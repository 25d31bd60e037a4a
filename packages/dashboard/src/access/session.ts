// Who calls, once it is known: a role, until when, and the token that a change must carry.
import type { Role } from '../protocol/requests.js';

export interface Session {
  readonly role: Role;
  /** What a request that changes something must bring in its header. */
  readonly csrf: string;
  /** In milliseconds since the epoch. A live stream ends then, and has to pass the gate again. */
  readonly expiresAtMs: number;
}

/** What a route, or a message of the live stream, asks of who gets it. */
export type Needs = 'nobody' | Role;

/** Whether a session may have what needs that. Every route and every live message asks here, and nowhere else. */
export function permits(session: Session | undefined, needs: Needs, nowMs: number): boolean {
  if (needs === 'nobody') return true;
  if (session === undefined || session.expiresAtMs <= nowMs) return false;
  return RIGHTS[session.role].includes(needs);
}

const RIGHTS: Readonly<Record<Role, readonly Needs[]>> = { viewer: ['viewer'], operator: ['viewer', 'operator'] };
