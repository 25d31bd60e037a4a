// What a queue and its consumers do: the semantics of a work queue.
import { ackNext, queueWith, type Scenario } from './scenario.js';

export const queueScenarios: readonly Scenario[] = [
  {
    name: 'one consumer gets messages in the order in which they were sent; what is acked is gone',
    run: async (session) => {
      const consumer = await queueWith(session, 'a', 'b', 'c');
      const bodies = await ackNext(consumer, 3);
      await session.send('work', 'last');
      return [...bodies, ...(await ackNext(consumer, 1))];
    },
    seen: ['a', 'b', 'c', 'last'],
  },
  {
    name: 'with prefetch 1 nothing more comes before the ack, and the next goes to whoever is free',
    run: async (session) => {
      const busy = await queueWith(session, 'a', 'b');
      const held = await busy.next();
      const free = await session.consume('work');
      const other = await free.next();
      const hadMore = busy.hasMore;
      other.ack();
      held.ack();
      return { busy: held.body, hadMore, free: other.body };
    },
    seen: { busy: 'a', hadMore: false, free: 'b' },
  },
  {
    name: 'what is requeued comes again before what was behind it',
    run: async (session) => {
      const consumer = await queueWith(session, 'a', 'b');
      (await consumer.next()).requeue();
      return ackNext(consumer, 2);
    },
    seen: ['a', 'b'],
  },
  {
    name: 'the redelivered flag of what was requeued',
    run: async (session) => {
      const consumer = await queueWith(session, 'a');
      const first = await consumer.next();
      first.requeue();
      const again = await consumer.next();
      again.ack();
      return [first.isRedelivered, again.isRedelivered];
    },
    seen: [false, true],
    atAcktor: {
      seen: [false, false],
      why: '`delivery.redelivered` says that an earlier delivery lost its lease, so that its work may be half done; `delivery.fence` is above 1 after any',
    },
  },
  {
    name: 'what is rejected without requeue does not come again',
    run: async (session) => {
      const consumer = await queueWith(session, 'bad', 'good');
      (await consumer.next()).reject();
      const next = await consumer.next();
      next.ack();
      return next.body;
    },
    seen: 'good',
  },
  {
    name: 'what a consumer held that is closed goes to another',
    run: async (session) => {
      const closing = await queueWith(session, 'a', 'b');
      const held = await closing.next();
      await closing.close();
      const other = await session.consume('work');
      return { held: held.body, bodies: await ackNext(other, 2) };
    },
    seen: { held: 'a', bodies: ['a', 'b'] },
  },
  {
    name: 'a consumer that joins late gets what is not delivered yet',
    run: async (session) => {
      await session.declareQueue('work');
      await session.send('work', 'early');
      const late = await session.consume('work');
      const held = await late.next();
      held.ack();
      return held.body;
    },
    seen: 'early',
  },
  {
    name: 'a queue of a maximum length refuses what is too many',
    run: async (session) => {
      await session.declareQueue('work', { most: 2, whenFull: 'refuse' });
      const answers = [];
      for (const body of ['a', 'b', 'c']) answers.push(await session.send('work', body));
      return { answers, kept: await session.drain('work') };
    },
    seen: { answers: ['accepted', 'accepted', 'refused'], kept: ['a', 'b'] },
  },
  {
    name: 'a queue of a maximum length drops the oldest',
    run: async (session) => {
      await session.declareQueue('work', { most: 2, whenFull: 'dropOldest' });
      const answers = [];
      for (const body of ['a', 'b', 'c']) answers.push(await session.send('work', body));
      return { answers, kept: await session.drain('work') };
    },
    seen: { answers: ['accepted', 'accepted', 'accepted'], kept: ['b', 'c'] },
  },
  {
    name: 'a publish to several queues of which one is full',
    run: async (session) => {
      await session.declareQueue('full', { most: 1, whenFull: 'refuse' });
      await session.declareQueue('free');
      await session.declareExchange('x', 'fanout');
      for (const queue of ['full', 'free']) await session.bind('x', { queue });
      const answers = [await session.publish('x', '', 'first'), await session.publish('x', '', 'second')];
      return { answers, full: await session.drain('full'), free: await session.drain('free') };
    },
    seen: { answers: ['accepted', 'refused'], full: ['first'], free: ['first', 'second'] },
    atAcktor: {
      seen: { answers: ['accepted', 'refused'], full: ['first'], free: ['first'] },
      why: 'a publish that is refused has added nothing to any queue, so that it can be published again',
    },
  },
  {
    name: 'what is more urgent comes first, and among equals what was sent first',
    run: async (session) => {
      await session.declareQueue('work');
      for (const body of ['later 1', 'later 2']) await session.send('work', body, { urgency: 'later' });
      for (const body of ['urgent 1', 'urgent 2']) await session.send('work', body, { urgency: 'urgent' });
      return session.drain('work');
    },
    seen: ['urgent 1', 'urgent 2', 'later 1', 'later 2'],
  },
  {
    name: 'a message that has expired does not come',
    run: async (session) => {
      await session.declareQueue('work');
      await session.send('work', 'fleeting', { expiresInMs: 20 });
      await session.send('work', 'lasting');
      await session.pass(20);
      return session.drain('work');
    },
    seen: ['lasting'],
  },
  {
    name: 'the routing key comes with the message',
    run: async (session) => {
      await session.declareQueue('work');
      await session.declareExchange('x', 'topic');
      await session.bind('x', { queue: 'work' }, '#');
      await session.publish('x', 'order.eu.created', 'it');
      const held = await (await session.consume('work')).next();
      held.ack();
      return { body: held.body, routingKey: held.routingKey };
    },
    seen: { body: 'it', routingKey: 'order.eu.created' },
  },
];
