// Bindings that come and go, chains of exchanges, and the edges of the four types.
import { contents, declareQueues, type Scenario } from './scenario.js';

export const topologyScenarios: readonly Scenario[] = [
  {
    name: 'a direct exchange routes to all queues that are bound by the key, and a queue by each of its keys',
    run: async (session) => {
      await declareQueues(session, 'one', 'two');
      await session.declareExchange('x', 'direct');
      for (const key of ['black', 'green']) await session.bind('x', { queue: 'one' }, key);
      await session.bind('x', { queue: 'two' }, 'black');
      for (const key of ['black', 'green', 'orange', '', 'Black']) await session.publish('x', key, key);
      return contents(session, 'one', 'two');
    },
    seen: { one: ['black', 'green'], two: ['black'] },
  },
  {
    name: 'the words * and # are words to a direct exchange, and in a key',
    run: async (session) => {
      await declareQueues(session, 'direct', 'topic');
      await session.declareExchange('d', 'direct');
      await session.declareExchange('t', 'topic');
      await session.bind('d', { queue: 'direct' }, 'a.*');
      await session.bind('t', { queue: 'topic' }, 'a.b');
      for (const exchange of ['d', 't'])
        for (const key of ['a.b', 'a.*', 'a.#', '#']) await session.publish(exchange, key, key);
      return contents(session, 'direct', 'topic');
    },
    seen: { direct: ['a.*'], topic: ['a.b'] },
  },
  {
    name: 'a headers exchange takes a header without a value for any',
    run: async (session) => {
      await declareQueues(session, 'all', 'any');
      await session.declareExchange('x', 'headers');
      const headers = { format: 'pdf', urgent: true } as const;
      await session.bind('x', { queue: 'all' }, { match: 'all', headers });
      await session.bind('x', { queue: 'any' }, { match: 'any', headers });
      await session.publish('x', '', 'both', { headers: { format: 'pdf', urgent: 'yes' } });
      await session.publish('x', '', 'urgent', { headers: { urgent: 'no' } });
      await session.publish('x', '', 'pdf', { headers: { format: 'pdf' } });
      await session.publish('x', '', 'neither', { headers: { other: 'x' } });
      return contents(session, 'all', 'any');
    },
    seen: { all: ['both'], any: ['both', 'urgent', 'pdf'] },
  },
  {
    name: 'a headers exchange does not look at the key, nor a topic exchange at headers',
    run: async (session) => {
      await declareQueues(session, 'headers', 'topic');
      await session.declareExchange('h', 'headers');
      await session.declareExchange('t', 'topic');
      await session.bind('h', { queue: 'headers' }, { match: 'all', headers: { a: 'b' } });
      await session.bind('t', { queue: 'topic' }, 'a');
      for (const exchange of ['h', 't']) {
        await session.publish(exchange, 'a', 'key');
        await session.publish(exchange, 'x', 'headers', { headers: { a: 'b' } });
      }
      return contents(session, 'headers', 'topic');
    },
    seen: { headers: ['headers'], topic: ['key'] },
  },
  {
    name: 'the same binding twice is one, and gone when it is unbound once',
    run: async (session) => {
      await session.declareQueue('q');
      await session.declareExchange('x', 'direct');
      for (let n = 0; n < 2; n += 1) await session.bind('x', { queue: 'q' }, 'a');
      await session.publish('x', 'a', 'before');
      await session.unbind('x', { queue: 'q' }, 'a');
      await session.publish('x', 'a', 'after');
      return contents(session, 'q');
    },
    seen: { q: ['before'] },
  },
  {
    name: 'of two bindings of a queue the other stays when one is unbound',
    run: async (session) => {
      await session.declareQueue('q');
      await session.declareExchange('x', 'topic');
      for (const pattern of ['a.#', '#.b']) await session.bind('x', { queue: 'q' }, pattern);
      await session.unbind('x', { queue: 'q' }, 'a.#');
      for (const key of ['a.b', 'a.c']) await session.publish('x', key, key);
      return contents(session, 'q');
    },
    seen: { q: ['a.b'] },
  },
  {
    name: 'an exchange that is deleted takes its bindings with it',
    run: async (session) => {
      await session.declareQueue('q');
      await session.declareExchange('x', 'fanout');
      await session.bind('x', { queue: 'q' });
      await session.deleteExchange('x');
      const gone = await session.publish('x', '', 'lost');
      await session.declareExchange('x', 'fanout');
      const again = await session.publish('x', '', 'unbound', { mandatory: true });
      return { gone, again, ...(await contents(session, 'q')) };
    },
    seen: { gone: 'noExchange', again: 'unroutable', q: [] },
  },
  {
    name: 'a binding of an exchange that is not there is refused',
    run: async (session) => {
      await session.declareQueue('q');
      return session.bind('nothing', { queue: 'q' }, 'a');
    },
    seen: 'refused',
  },
  {
    name: 'an alternate exchange has an alternate of its own',
    run: async (session) => {
      await declareQueues(session, 'known', 'last');
      await session.declareExchange('third', 'fanout');
      await session.declareExchange('second', 'direct', 'third');
      await session.declareExchange('first', 'direct', 'second');
      await session.bind('second', { queue: 'known' }, 'known');
      await session.bind('third', { queue: 'last' });
      for (const key of ['known', 'other']) await session.publish('first', key, key);
      return contents(session, 'known', 'last');
    },
    seen: { known: ['known'], last: ['other'] },
  },
  {
    name: 'exchanges that are bound in a circle',
    run: async (session) => {
      await session.declareQueue('q');
      await session.declareExchange('a', 'fanout');
      await session.declareExchange('b', 'fanout');
      await session.bind('b', { queue: 'q' });
      const answers = [await session.bind('a', { exchange: 'b' }), await session.bind('b', { exchange: 'a' })];
      await session.publish('a', '', 'once');
      return { answers, ...(await contents(session, 'q')) };
    },
    seen: { answers: ['declared', 'declared'], q: ['once'] },
    atAcktor: {
      seen: { answers: ['declared', 'refused'], q: ['once'] },
      why: 'a circle is a fault of who binds, and is refused when it is made. RabbitMQ routes once to each exchange of it',
    },
  },
  {
    name: 'what several exchanges route to a queue keeps the order in which it was published',
    run: async (session) => {
      await session.declareQueue('q');
      await session.declareExchange('x', 'direct');
      await session.declareExchange('y', 'topic');
      await session.bind('x', { queue: 'q' }, 'a');
      await session.bind('y', { queue: 'q' }, '#');
      for (const [exchange, body] of [
        ['x', '1'],
        ['y', '2'],
        ['x', '3'],
        ['y', '4'],
      ] as const)
        await session.publish(exchange, 'a', body);
      return contents(session, 'q');
    },
    seen: { q: ['1', '2', '3', '4'] },
  },
];
