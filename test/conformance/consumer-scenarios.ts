// Which consumer gets what, and in which order; and acks that are none.
import { ackNext, nextOfAny, queueWith, type Scenario } from './scenario.js';

export const consumerScenarios: readonly Scenario[] = [
  {
    name: 'idle consumers take turns: 1-3-5 and 2-4-6',
    run: async (session) => {
      await session.declareQueue('work');
      const consumers = [await session.consume('work'), await session.consume('work')];
      const turns: number[] = [];
      for (const body of ['1', '2', '3', '4', '5', '6']) {
        await session.send('work', body);
        const { held, index } = await nextOfAny(consumers);
        turns.push(index);
        held.ack();
        await session.pass(20);
      }
      return turns.map((turn) => (turn === turns[0] ? 'one' : 'other'));
    },
    seen: ['one', 'other', 'one', 'other', 'one', 'other'],
    notJudged: {
      by: ['Acktor on Redis', 'Acktor in memory'],
      why: 'which of the idle consumers gets a message is not promised: one that acks may have the next with the answer',
    },
  },
  {
    name: 'the message of a slow consumer goes to no other, however idle that is',
    run: async (session) => {
      const slow = await queueWith(session, 'long');
      const held = await slow.next();
      const idle = await session.consume('work');
      for (const body of ['a', 'b']) await session.send('work', body);
      const others = await ackNext(idle, 2);
      held.ack();
      return { others, waiting: await session.depth('work') };
    },
    seen: { others: ['a', 'b'], waiting: 0 },
  },
  {
    name: 'the message of a dead consumer goes to a living one at once, marked as redelivered',
    run: async (session) => {
      await session.declareQueue('work');
      await session.send('work', 'a');
      const doomed = await session.doomed('work');
      const living = await session.consume('work');
      await session.send('work', 'b');
      const before = await ackNext(living, 1);
      await doomed.die();
      const held = await living.next();
      held.ack();
      return { doomed: doomed.body, before, after: held.body, isRedelivered: held.isRedelivered };
    },
    seen: { doomed: 'a', before: ['b'], after: 'a', isRedelivered: true },
  },
  {
    name: 'what a dead consumer held comes before what waits',
    run: async (session) => {
      await session.declareQueue('work');
      for (const body of ['busy', 'a', 'b']) await session.send('work', body);
      const living = await session.consume('work');
      const busy = await living.next();
      const doomed = await session.doomed('work');
      await doomed.die();
      while ((await session.depth('work')) < 2) await session.pass(10);
      busy.ack();
      return { doomed: doomed.body, order: await ackNext(living, 2) };
    },
    seen: { doomed: 'a', order: ['a', 'b'] },
  },
  {
    name: 'the redelivered flag of what a closed consumer held',
    run: async (session) => {
      const closing = await queueWith(session, 'a');
      await closing.next();
      await closing.close();
      const held = await (await session.consume('work')).next();
      held.ack();
      return held.isRedelivered;
    },
    seen: true,
    atAcktor: {
      seen: false,
      why: 'a worker that stops gives back what it holds: the handler has ended, and nothing of its work is unknown',
    },
  },
  {
    name: 'a consumer that closes gives back all that it holds, in order',
    run: async (session) => {
      await session.declareQueue('work');
      for (const body of ['a', 'b', 'c', 'd']) await session.send('work', body);
      const closing = await session.consume('work', 3);
      const held = [await closing.next(), await closing.next(), await closing.next()].map(({ body }) => body);
      await closing.close();
      return { held: held.toSorted(), order: await session.drain('work') };
    },
    seen: { held: ['a', 'b', 'c'], order: ['a', 'b', 'c', 'd'] },
  },
  {
    name: 'with prefetch 3 three messages are held at once, and no fourth',
    run: async (session) => {
      await session.declareQueue('work');
      for (const body of ['a', 'b', 'c', 'd']) await session.send('work', body);
      const consumer = await session.consume('work', 3);
      const held = [await consumer.next(), await consumer.next(), await consumer.next()];
      const seen = { waiting: await session.depth('work'), hasMore: consumer.hasMore };
      held[1]?.ack();
      const fourth = await consumer.next();
      for (const each of [held[0], held[2], fourth]) each?.ack();
      return { ...seen, fourth: fourth.body };
    },
    seen: { waiting: 1, hasMore: false, fourth: 'd' },
  },
  {
    name: 'what is acked does not come again when its consumer ends, what is not does',
    run: async (session) => {
      const first = await queueWith(session, 'acked', 'unacked');
      await ackNext(first, 1);
      const held = await first.next();
      await first.close();
      return { held: held.body, again: await session.drain('work') };
    },
    seen: { held: 'unacked', again: ['unacked'] },
  },
  {
    name: 'an ack that is sent twice',
    run: async (session) => {
      await session.declareQueue('work');
      for (const body of ['a', 'b']) await session.send('work', body);
      const again = await session.ackOddly('work', 'twice');
      return { again, left: await session.drain('work') };
    },
    seen: { again: 'refused', left: ['b'] },
    atAcktor: {
      seen: { again: 'taken', left: ['b'] },
      why: 'an ack may be repeated, for its reply may be lost: the repeat changes nothing. RabbitMQ closes the channel',
    },
  },
  {
    name: 'an ack from another consumer than the one that holds the message is refused',
    run: async (session) => {
      await session.declareQueue('work');
      await session.send('work', 'a');
      const answer = await session.ackOddly('work', 'fromAnother');
      return { answer, left: await session.drain('work') };
    },
    seen: { answer: 'refused', left: ['a'] },
  },
  {
    name: 'what is requeued twice keeps its place both times',
    run: async (session) => {
      const consumer = await queueWith(session, 'a', 'b', 'c');
      for (let n = 0; n < 2; n += 1) (await consumer.next()).requeue();
      return ackNext(consumer, 3);
    },
    seen: ['a', 'b', 'c'],
  },
  {
    name: 'what is requeued goes to whoever is free, before what was behind it',
    run: async (session) => {
      const one = await queueWith(session, 'a', 'b', 'c');
      const held = await one.next();
      const other = await session.consume('work');
      const busy = await other.next();
      held.requeue();
      const order = await ackNext(one, 2);
      busy.ack();
      return { busy: busy.body, order };
    },
    seen: { busy: 'b', order: ['a', 'c'] },
  },
  {
    name: 'what one publisher sends without waiting comes in its order',
    run: async (session) => {
      await session.declareQueue('work');
      const bodies = Array.from({ length: 200 }, (_, n) => String(n));
      await session.sendAll('work', bodies);
      const order = await session.drain('work');
      return { count: order.length, isInOrder: order.join() === bodies.join() };
    },
    seen: { count: 200, isInOrder: true },
  },
  {
    name: 'a consumer of an empty queue gets what is sent then',
    run: async (session) => {
      await session.declareQueue('work');
      const consumer = await session.consume('work');
      await session.send('work', 'a');
      return ackNext(consumer, 1);
    },
    seen: ['a'],
  },
  {
    name: 'a more urgent message overtakes what waits, and not what is held',
    run: async (session) => {
      await session.declareQueue('work');
      for (const body of ['held', 'later']) await session.send('work', body, { urgency: 'later' });
      const consumer = await session.consume('work');
      const held = await consumer.next();
      await session.send('work', 'urgent', { urgency: 'urgent' });
      const hadMore = consumer.hasMore;
      held.ack();
      return { held: held.body, hadMore, next: await ackNext(consumer, 2) };
    },
    seen: { held: 'held', hadMore: false, next: ['urgent', 'later'] },
  },
  {
    name: 'of a queue that has one message under way at a time, two consumers never hold two',
    run: async (session) => {
      await session.declareQueue('work', { isOneAtATime: true });
      for (const body of ['a', 'b', 'c']) await session.send('work', body);
      const consumers = [await session.consume('work'), await session.consume('work')];
      const order: string[] = [];
      const waiting: number[] = [];
      for (let n = 0; n < 3; n += 1) {
        const { held } = await nextOfAny(consumers);
        waiting.push(await session.depth('work'));
        order.push(held.body);
        held.ack();
      }
      return { order, waiting };
    },
    seen: { order: ['a', 'b', 'c'], waiting: [2, 1, 0] },
  },
  {
    name: 'of a queue that has one message under way at a time, another consumer goes on when the one is closed',
    run: async (session) => {
      await session.declareQueue('work', { isOneAtATime: true });
      for (const body of ['a', 'b']) await session.send('work', body);
      const first = await session.consume('work');
      const held = await first.next();
      const second = await session.consume('work');
      await first.close();
      return { held: held.body, next: await ackNext(second, 2) };
    },
    seen: { held: 'a', next: ['a', 'b'] },
  },
];
