// A payment service, a process of its own that is no part of the shop: it knows no Acktor, fails at times, and takes a thing once by its key.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sendToParent, whenParentLeaves } from '../fleet/messages.js';
import type { Booking, PaymentBooks } from './books.js';

const isForgetful = process.argv[2] === 'forgetful';
const bookings: Booking[] = [];
/** What it has answered, by the key of the request. */
const answers = new Map<string, Answer>();
/** The orders for which nothing is taken any more. */
const closed = new Set<string>();
const counts = { requests: 0, failures: 0 };

interface Answer {
  readonly status: number;
  readonly body: object;
}

interface PaymentRequest {
  readonly orderId: string;
  readonly cents?: number;
}

const server = createServer((request, response) => void answer(request, response));
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  sendToParent({ type: 'serving', url: `http://127.0.0.1:${port}` });
});
whenParentLeaves(() => process.exit());

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === '/books') return reply(response, { status: 200, body: books() });
  counts.requests += 1;
  const turn = counts.requests;
  // Every fifth request fails before anything is booked, every seventh after: then only its answer is lost.
  if (turn % 5 === 3) return fail(response, 503);
  const done = take(request.url ?? '', await keyAndBody(request));
  return turn % 7 === 5 ? fail(response, undefined) : reply(response, done);
}

interface KeyAndBody {
  readonly key: string;
  readonly body: PaymentRequest;
}

async function keyAndBody(request: IncomingMessage): Promise<KeyAndBody> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const key = String(request.headers['idempotency-key'] ?? '');
  return { key, body: JSON.parse(Buffer.concat(chunks).toString()) as PaymentRequest };
}

/** Does what is asked for, unless it was done for this key before. */
function take(path: string, { key, body }: KeyAndBody): Answer {
  const known = isForgetful ? undefined : answers.get(key);
  if (known) return known;
  const done = path === '/charges' ? charge(body) : refund(body);
  answers.set(key, done);
  return done;
}

function charge({ orderId, cents = 0 }: PaymentRequest): Answer {
  if (cents > CARD_LIMIT_CENTS) return { status: 402, body: { error: 'the card is declined' } };
  if (closed.has(orderId)) return { status: 410, body: { error: 'this payment was given up' } };
  bookings.push({ orderId, kind: 'charge', cents });
  return { status: 201, body: { receipt: `r-${bookings.length}` } };
}

/** Gives back the last charge of the order, if there is one. */
function refund({ orderId }: PaymentRequest): Answer {
  closed.add(orderId);
  const last = bookings.findLast((booking) => booking.orderId === orderId && booking.kind === 'charge');
  if (last) bookings.push({ orderId, kind: 'refund', cents: last.cents });
  return { status: 201, body: { cents: last?.cents ?? 0 } };
}

function books(): PaymentBooks {
  return { bookings, ...counts };
}

function reply(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** With a status, or by cutting the connection. */
function fail(response: ServerResponse, status: number | undefined): void {
  counts.failures += 1;
  if (status === undefined) response.destroy();
  else reply(response, { status, body: { error: 'out of order' } });
}

const CARD_LIMIT_CENTS = 100_000;
