// One scenario, and the words that scenarios share.
import type { Consumer, DriverName, Held, Session } from './driver.js';

/** What is done, and what is seen of it. */
export interface Scenario {
  readonly name: string;
  readonly run: (session: Session) => Promise<unknown>;
  /** What is to be seen: as RabbitMQ documents it. */
  readonly seen: unknown;
  /** Given where Acktor differs by choice: what is seen there, and why. */
  readonly atAcktor?: { readonly seen: unknown; readonly why: string };
  /** Given where brokers are not asked, and why. */
  readonly notJudged?: { readonly by: readonly DriverName[]; readonly why: string };
  /** Whether it kills the broker. */
  readonly kills?: boolean;
}

/** What each of the queues got, by name. */
export async function contents(
  session: Session,
  ...queues: readonly string[]
): Promise<Readonly<Record<string, readonly string[]>>> {
  return Object.fromEntries(
    await Promise.all(queues.map(async (queue) => [queue, await session.drain(queue)] as const)),
  );
}

export async function declareQueues(session: Session, ...queues: readonly string[]): Promise<void> {
  for (const queue of queues) await session.declareQueue(queue);
}

/** A consumer of a queue `work` that these were sent to. */
export async function queueWith(session: Session, ...bodies: readonly string[]): Promise<Consumer> {
  await session.declareQueue('work');
  for (const body of bodies) await session.send('work', body);
  return session.consume('work');
}

/** The bodies of so many messages, each acked when the next is asked for. */
export async function ackNext(consumer: Consumer, count: number): Promise<readonly string[]> {
  const bodies: string[] = [];
  while (bodies.length < count) {
    const held = await consumer.next();
    bodies.push(held.body);
    held.ack();
  }
  return bodies;
}

/** The next message of any of the consumers, and whose it is. */
export async function nextOfAny(
  consumers: readonly Consumer[],
): Promise<{ readonly held: Held; readonly index: number }> {
  await Promise.race(consumers.map((consumer) => consumer.ready()));
  const index = consumers.findIndex(({ hasMore }) => hasMore);
  const consumer = consumers[index];
  if (consumer === undefined) throw new Error('expected one of the consumers to have a message');
  return { held: await consumer.next(), index };
}
