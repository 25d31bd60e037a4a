// What outlives the broker, what a publisher may rely on, and what is declared again.
import { ackNext, contents, declareQueues, type Scenario } from './scenario.js';

const notInMemory = {
  by: ['Acktor in memory'],
  why: 'an engine in memory ends with its process, and is for tests',
} as const;

export const durabilityScenarios: readonly Scenario[] = [
  {
    name: 'SIGKILL of the broker: what was confirmed is there, in order',
    kills: true,
    run: async (session) => {
      await session.declareQueue('work');
      for (const body of ['a', 'b', 'c']) await session.send('work', body);
      await session.kill();
      return session.drain('work');
    },
    seen: ['a', 'b', 'c'],
    notJudged: notInMemory,
  },
  {
    name: 'SIGKILL of the broker: what a consumer held that is gone as well comes again',
    kills: true,
    run: async (session) => {
      await session.declareQueue('work');
      await session.send('work', 'held');
      const doomed = await session.doomed('work');
      await session.kill();
      await doomed.die();
      return { held: doomed.body, again: await ackNext(await session.consume('work'), 1) };
    },
    seen: { held: 'held', again: ['held'] },
    notJudged: notInMemory,
  },
  {
    name: 'SIGKILL of the broker: transient messages',
    kills: true,
    run: async (session) => {
      await session.declareQueue('work');
      await session.send('work', 'transient', { isTransient: true });
      await session.send('work', 'persistent');
      await session.kill();
      return session.drain('work');
    },
    seen: ['persistent'],
    atAcktor: {
      seen: ['transient', 'persistent'],
      why: 'every message is persistent: there is no send that may be lost with the server',
    },
    notJudged: notInMemory,
  },
  {
    name: 'SIGKILL of the broker: exchanges and bindings are there',
    kills: true,
    run: async (session) => {
      await declareQueues(session, 'eu', 'unrouted');
      await session.declareExchange('ae', 'fanout');
      await session.declareExchange('orders', 'topic', 'ae');
      await session.bind('ae', { queue: 'unrouted' });
      await session.bind('orders', { queue: 'eu' }, 'eu.#');
      await session.kill();
      for (const key of ['eu.paid', 'us.paid']) await session.publish('orders', key, key);
      return contents(session, 'eu', 'unrouted');
    },
    seen: { eu: ['eu.paid'], unrouted: ['us.paid'] },
    notJudged: notInMemory,
  },
  {
    name: 'a confirm says that the message is in its queue',
    run: async (session) => {
      await declareQueues(session, 'one', 'two');
      await session.declareExchange('x', 'fanout');
      for (const queue of ['one', 'two']) await session.bind('x', { queue });
      const answers = [await session.send('one', 'sent'), await session.publish('x', '', 'published')];
      return { answers, one: await session.depth('one'), two: await session.depth('two') };
    },
    seen: { answers: ['accepted', 'accepted'], one: 2, two: 1 },
  },
  {
    name: 'a message that is not mandatory and goes nowhere is confirmed, and gone',
    run: async (session) => {
      await session.declareQueue('q');
      await session.declareExchange('x', 'direct');
      const answer = await session.publish('x', 'a', 'lost');
      await session.bind('x', { queue: 'q' }, 'a');
      return { answer, ...(await contents(session, 'q')) };
    },
    seen: { answer: 'accepted', q: [] },
  },
  {
    name: 'a mandatory message is unroutable when the exchanges behind its own bind nothing',
    run: async (session) => {
      await session.declareQueue('q');
      await session.declareExchange('first', 'fanout');
      await session.declareExchange('second', 'direct');
      await session.bind('first', { exchange: 'second' });
      const before = await session.publish('first', 'a', 'lost', { mandatory: true });
      await session.bind('second', { queue: 'q' }, 'a');
      const after = await session.publish('first', 'a', 'kept', { mandatory: true });
      return { before, after, ...(await contents(session, 'q')) };
    },
    seen: { before: 'unroutable', after: 'accepted', q: ['kept'] },
  },
  {
    name: 'a queue is declared again as it is, and refused as another',
    run: async (session) => [
      await session.declareQueue('work', { most: 5, whenFull: 'refuse' }),
      await session.declareQueue('work', { most: 5, whenFull: 'refuse' }),
      await session.declareQueue('work', { most: 6, whenFull: 'refuse' }),
    ],
    seen: ['declared', 'declared', 'refused'],
    atAcktor: {
      seen: ['declared', 'declared', 'declared'],
      why: 'a bound belongs to the contract of a job, and each send is judged by its own: two deploys may differ while one replaces the other',
    },
  },
  {
    name: 'an exchange is refused with another alternate',
    run: async (session) => {
      await session.declareExchange('ae', 'fanout');
      return [await session.declareExchange('x', 'direct'), await session.declareExchange('x', 'direct', 'ae')];
    },
    seen: ['declared', 'refused'],
  },
  {
    name: 'a passive declaration finds what is there',
    run: async (session) => {
      await session.declareExchange('x', 'direct');
      await session.declareQueue('work');
      await session.send('work', 'a');
      return {
        exchange: await session.isThere({ exchange: 'x' }),
        queue: await session.isThere({ queue: 'work' }),
        noExchange: await session.isThere({ exchange: 'no-x' }),
        noQueue: await session.isThere({ queue: 'no-work' }),
      };
    },
    seen: { exchange: true, queue: true, noExchange: false, noQueue: false },
  },
  {
    name: 'a queue is there before something is sent to it',
    run: async (session) => {
      await session.declareQueue('work');
      return session.isThere({ queue: 'work' });
    },
    seen: true,
    atAcktor: { seen: false, why: 'a queue is there when something is sent to it: it needs no declaration' },
  },
];
