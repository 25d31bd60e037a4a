// Live events as the lines of an event stream.
import type { LiveEvent } from '../protocol/live.js';

/** @param id what a browser says it has seen when it comes back. */
export function eventText(event: LiveEvent, id: string): string {
  return `event: ${event.type}\nid: ${id}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** Keeps proxies from taking a silent stream for a dead one. */
export const KEEP_ALIVE = ': still here\n\n';

/** How soon a browser tries again, in milliseconds. */
export const FIRST_LINE = 'retry: 1000\n\n';
