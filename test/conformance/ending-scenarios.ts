// How messages end but by an ack: expiry, a full queue, dead letters, purges.
import { until } from '../signals/until.js';
import type { Dead, Session } from './driver.js';
import { ackNext, queueWith, type Scenario } from './scenario.js';

export const endingScenarios: readonly Scenario[] = [
  {
    name: 'a queue gives its messages an expiry',
    run: async (session) => {
      await session.declareQueue('work', { expiresInMs: 20 });
      await session.send('work', 'a');
      await session.pass(20);
      return session.drain('work');
    },
    seen: [],
    atAcktor: {
      seen: ['a'],
      why: 'an expiry is given with each send (`expiresInMs`), for who sends knows how long a message is of use',
    },
  },
  {
    name: 'a message that is held does not expire',
    run: async (session) => {
      await session.declareQueue('work');
      const consumer = await session.consume('work');
      await session.send('work', 'a', { expiresInMs: 500 });
      const held = await consumer.next();
      await session.pass(500);
      held.ack();
      await session.send('work', 'b');
      return { held: held.body, next: await ackNext(consumer, 1) };
    },
    seen: { held: 'a', next: ['b'] },
  },
  {
    name: 'a message that is requeued after its expiry',
    run: async (session) => {
      await session.declareQueue('work');
      const consumer = await session.consume('work');
      await session.send('work', 'late', { expiresInMs: 500 });
      const held = await consumer.next();
      await session.send('work', 'other');
      await session.pass(500);
      held.requeue();
      const next = await consumer.next();
      next.ack();
      return next.body;
    },
    seen: 'other',
    atAcktor: { seen: 'late', why: 'the expiry says until when a job may be begun, and this one was' },
  },
  {
    name: 'a message that has expired is a dead letter where the queue keeps these',
    run: async (session) => {
      await session.declareQueue('work', { keepsDeadLetters: true });
      await session.send('work', 'fleeting', { expiresInMs: 20 });
      await session.send('work', 'lasting');
      await session.pass(20);
      return { left: await session.drain('work'), dead: await session.deadLetters('work') };
    },
    seen: { left: ['lasting'], dead: [{ body: 'fleeting', reason: 'expired' }] },
  },
  {
    name: 'a message that is rejected is a dead letter where the queue keeps these',
    run: async (session) => {
      await session.declareQueue('work', { keepsDeadLetters: true });
      for (const body of ['bad', 'good', 'bad too']) await session.send('work', body);
      const consumer = await session.consume('work');
      (await consumer.next()).reject();
      await ackNext(consumer, 1);
      (await consumer.next()).reject();
      await session.send('work', 'last');
      await ackNext(consumer, 1);
      return session.deadLetters('work');
    },
    seen: [
      { body: 'bad', reason: 'rejected' },
      { body: 'bad too', reason: 'rejected' },
    ],
  },
  {
    name: 'what is dropped for a maximum length, where the queue keeps dead letters',
    run: async (session) => {
      await session.declareQueue('work', { most: 1, whenFull: 'dropOldest', keepsDeadLetters: true });
      for (const body of ['a', 'b']) await session.send('work', body);
      return { left: await session.drain('work'), dead: await session.deadLetters('work') };
    },
    seen: { left: ['b'], dead: [{ body: 'a', reason: 'maxlen' }] },
    atAcktor: {
      seen: { left: ['b'], dead: [] },
      why: 'a queue whose length is bounded keeps nothing of what it drops, or dead letters would grow in its place',
    },
  },
  {
    name: 'what is refused for a maximum length leaves no dead letter',
    run: async (session) => {
      await session.declareQueue('work', { most: 1, whenFull: 'refuse', keepsDeadLetters: true });
      const answers = [await session.send('work', 'a'), await session.send('work', 'b')];
      return { answers, left: await session.drain('work'), dead: await session.deadLetters('work') };
    },
    seen: { answers: ['accepted', 'refused'], left: ['a'], dead: [] },
  },
  {
    name: 'a maximum length counts what waits, and not what is held',
    run: async (session) => {
      await session.declareQueue('work', { most: 1, whenFull: 'refuse' });
      const consumer = await session.consume('work');
      await session.send('work', 'held');
      const held = await consumer.next();
      const answers = [await session.send('work', 'a'), await session.send('work', 'b')];
      held.ack();
      return { answers, next: await ackNext(consumer, 1) };
    },
    seen: { answers: ['accepted', 'refused'], next: ['a'] },
  },
  {
    name: 'a message whose consumers die more often than the limit says is a dead letter',
    run: async (session) => {
      await session.declareQueue('work', { deliveryLimit: 2, keepsDeadLetters: true });
      await session.send('work', 'busy');
      const living = await session.consume('work');
      const busy = await living.next();
      await session.send('work', 'killer');
      for (let deaths = 0; deaths < 3; deaths += 1) await (await session.doomed('work')).die();
      await session.send('work', 'good');
      busy.ack();
      return { next: await ackNext(living, 1), dead: await deadOf(session, 'work') };
    },
    seen: { next: ['good'], dead: [{ body: 'killer', reason: 'delivery_limit' }] },
  },
  {
    name: 'a message that is requeued more often than the limit says still comes',
    run: async (session) => {
      await session.declareQueue('work', { deliveryLimit: 2 });
      await session.send('work', 'a');
      const consumer = await session.consume('work');
      for (let n = 0; n < 5; n += 1) (await consumer.next()).requeue();
      return ackNext(consumer, 1);
    },
    seen: ['a'],
    notJudged: {
      by: ['RabbitMQ'],
      why: 'a requeue by `nack` counts no failure since 4.3; 3.10 counts it against the limit',
    },
  },
  {
    name: 'a purge takes what waits, and leaves what is held',
    run: async (session) => {
      const consumer = await queueWith(session, 'held', 'a', 'b');
      const held = await consumer.next();
      const purged = await session.purge('work');
      held.requeue();
      const again = await ackNext(consumer, 1);
      await session.send('work', 'later');
      return { purged, again, next: await ackNext(consumer, 1) };
    },
    seen: { purged: 2, again: ['held'], next: ['later'] },
  },
  {
    name: 'a queue that is deleted with a consumer',
    run: async (session) => {
      const consumer = await queueWith(session, 'a');
      await ackNext(consumer, 1);
      const answer = await session.deleteQueue('work');
      if (answer === 'refused') await session.send('work', 'b');
      else await until('the consumer is cancelled', () => consumer.isCancelled);
      return { answer, isCancelled: consumer.isCancelled, isThere: await session.isThere({ queue: 'work' }) };
    },
    seen: { answer: 'deleted', isCancelled: true, isThere: false },
    atAcktor: {
      seen: { answer: 'refused', isCancelled: false, isThere: true },
      why: 'queues are not deleted: one is there for as long as something is sent to it, and `operator.clear` empties it',
    },
  },
];

/** The first dead letters of a queue, as soon as there are some: a message is one a moment after it is returned. */
async function deadOf(session: Session, queue: string): Promise<readonly Dead[]> {
  for (;;) {
    const dead = await session.deadLetters(queue);
    if (dead.length > 0) return dead;
    await session.pass(10);
  }
}
