// The shop's own HTTP server: orders arrive here, and what customers and the carrier have to say about them.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { AcktorError, type Producer } from '@acktor/core';
import { z } from 'zod';
import { order } from './order.js';

const placement = z.object({ orderId: z.string(), cents: z.int().positive() });

/**
 * `POST /orders` with `{ orderId, cents }` starts an order, once by its id; `POST /orders/o-1/cancel` and `POST /orders/o-1/arrived` are its events,
 * answered when they are stored; `GET /orders/o-1` is how it stands.
 */
export class Front implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async open(producer: Producer): Promise<Front> {
    const server = createServer((request, response) => {
      answer(producer, request).then(
        ({ status, body }) => reply(response, status, body),
        (error: unknown) => reply(response, error instanceof AcktorError ? 400 : 500, { error: String(error) }),
      );
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Front(server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

async function answer(producer: Producer, request: IncomingMessage): Promise<Answer> {
  const [, path, id = '', verb] = new URL(request.url ?? '', 'http://shop').pathname.split('/');
  if (path !== 'orders') return NOT_FOUND;
  if (request.method === 'GET') return shown(producer, id);
  if (id === '') return place(producer, request);
  if (verb !== 'cancel' && verb !== 'arrived') return NOT_FOUND;
  await producer.actor(order, id).send({ type: verb });
  return { status: 202, body: { orderId: id } };
}

async function place(producer: Producer, request: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const read = placement.safeParse(JSON.parse(Buffer.concat(chunks).toString()));
  if (!read.success) return { status: 400, body: { error: z.prettifyError(read.error) } };
  const placed = await producer.actor(order, read.data.orderId).start(read.data);
  return { status: placed.isDuplicate ? 200 : 202, body: { orderId: read.data.orderId } };
}

async function shown(producer: Producer, id: string): Promise<Answer> {
  const found = await producer.actor(order, id).snapshot();
  return found ? { status: 200, body: { state: found.value, turn: found.turn, ...found.context } } : NOT_FOUND;
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

const NOT_FOUND: Answer = { status: 404, body: { error: 'there is none' } };
