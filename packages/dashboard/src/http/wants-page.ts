// Whether a person waits for the answer in front of a browser, or a program.
import type { IncomingMessage } from 'node:http';

/** Browsers ask for HTML when an address is opened; what a page or a program asks for is said to be anything. */
export function wantsPage({ method, headers }: IncomingMessage): boolean {
  const isNavigation = headers['sec-fetch-mode'] === undefined || headers['sec-fetch-mode'] === 'navigate';
  return method === 'GET' && isNavigation && /\btext\/html\b/.test(headers.accept ?? '');
}
