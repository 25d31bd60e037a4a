// Where what is published goes. The examples are those of the AMQP 0-9-1 specification and of RabbitMQ's tutorials.
import { contents, declareQueues, type Scenario } from './scenario.js';

export const routingScenarios: readonly Scenario[] = [
  {
    name: 'a direct exchange routes to the queues that are bound by the same key',
    run: async (session) => {
      await declareQueues(session, 'errors', 'all');
      await session.declareExchange('logs', 'direct');
      await session.bind('logs', { queue: 'errors' }, 'error');
      for (const key of ['info', 'warning', 'error']) await session.bind('logs', { queue: 'all' }, key);
      for (const key of ['info', 'error', 'debug', 'error.x']) await session.publish('logs', key, key);
      return contents(session, 'errors', 'all');
    },
    seen: { errors: ['error'], all: ['info', 'error'] },
  },
  {
    name: 'a fanout exchange routes to all queues, whatever the key',
    run: async (session) => {
      await declareQueues(session, 'one', 'two');
      await session.declareExchange('news', 'fanout');
      for (const queue of ['one', 'two']) await session.bind('news', { queue });
      for (const key of ['', 'any']) await session.publish('news', key, `key ${key}`);
      return contents(session, 'one', 'two');
    },
    seen: { one: ['key ', 'key any'], two: ['key ', 'key any'] },
  },
  {
    name: 'a topic exchange matches as the specification says: *.stock.#',
    run: async (session) => {
      await declareQueues(session, 'stock');
      await session.declareExchange('prices', 'topic');
      await session.bind('prices', { queue: 'stock' }, '*.stock.#');
      for (const key of ['usd.stock', 'eur.stock.db', 'stock.nasdaq']) await session.publish('prices', key, key);
      return contents(session, 'stock');
    },
    seen: { stock: ['usd.stock', 'eur.stock.db'] },
  },
  {
    name: 'a topic exchange matches as the tutorial says: *.orange.*, *.*.rabbit, lazy.#',
    run: async (session) => {
      await declareQueues(session, 'q1', 'q2');
      await session.declareExchange('animals', 'topic');
      await session.bind('animals', { queue: 'q1' }, '*.orange.*');
      for (const pattern of ['*.*.rabbit', 'lazy.#']) await session.bind('animals', { queue: 'q2' }, pattern);
      for (const key of [
        'quick.orange.rabbit',
        'lazy.orange.elephant',
        'quick.orange.fox',
        'lazy.brown.fox',
        'lazy.pink.rabbit',
        'quick.brown.fox',
        'orange',
        'quick.orange.new.rabbit',
        'lazy.orange.new.rabbit',
        'lazy',
      ])
        await session.publish('animals', key, key);
      return contents(session, 'q1', 'q2');
    },
    seen: {
      q1: ['quick.orange.rabbit', 'lazy.orange.elephant', 'quick.orange.fox'],
      q2: [
        'quick.orange.rabbit',
        'lazy.orange.elephant',
        'lazy.brown.fox',
        'lazy.pink.rabbit',
        'lazy.orange.new.rabbit',
        'lazy',
      ],
    },
  },
  {
    name: 'topics at their edges: empty keys, empty words, # alone, several # in a row',
    run: async (session) => {
      const patterns = ['#', '*', '#.#', 'a.#.b', 'a..b', '#.*', 'a.*.b'];
      await declareQueues(session, ...patterns);
      await session.declareExchange('edges', 'topic');
      for (const pattern of patterns) await session.bind('edges', { queue: pattern }, pattern);
      for (const key of ['', 'a', 'a.b', 'a..b', 'a.x.y.b']) await session.publish('edges', key, `[${key}]`);
      return contents(session, ...patterns);
    },
    seen: {
      '#': ['[]', '[a]', '[a.b]', '[a..b]', '[a.x.y.b]'],
      '*': ['[a]'],
      '#.#': ['[]', '[a]', '[a.b]', '[a..b]', '[a.x.y.b]'],
      'a.#.b': ['[a.b]', '[a..b]', '[a.x.y.b]'],
      'a..b': ['[a..b]'],
      '#.*': ['[a]', '[a.b]', '[a..b]', '[a.x.y.b]'],
      'a.*.b': ['[a..b]'],
    },
  },
  {
    name: 'a headers exchange matches all headers, or any',
    run: async (session) => {
      await declareQueues(session, 'all', 'any');
      await session.declareExchange('reports', 'headers');
      const headers = { format: 'pdf', type: 'report' };
      await session.bind('reports', { queue: 'all' }, { match: 'all', headers });
      await session.bind('reports', { queue: 'any' }, { match: 'any', headers });
      await session.publish('reports', '', 'both', { headers: { ...headers, more: 'x' } });
      await session.publish('reports', '', 'one', { headers: { format: 'pdf', type: 'log' } });
      await session.publish('reports', '', 'none', { headers: { format: 'zip' } });
      return contents(session, 'all', 'any');
    },
    seen: { all: ['both'], any: ['both', 'one'] },
  },
  {
    name: 'a queue gets a message once, by however many bindings it comes',
    run: async (session) => {
      await declareQueues(session, 'once');
      await session.declareExchange('first', 'topic');
      await session.declareExchange('second', 'fanout');
      for (const pattern of ['#', 'a.*', 'a.b']) await session.bind('first', { queue: 'once' }, pattern);
      await session.bind('first', { exchange: 'second' }, '#');
      await session.bind('second', { queue: 'once' });
      await session.publish('first', 'a.b', 'it');
      return contents(session, 'once');
    },
    seen: { once: ['it'] },
  },
  {
    name: 'an exchange is bound to an exchange, which routes on by its own bindings',
    run: async (session) => {
      await declareQueues(session, 'eu', 'all');
      await session.declareExchange('orders', 'topic');
      await session.declareExchange('european', 'direct');
      await session.bind('orders', { exchange: 'european' }, 'eu.#');
      await session.bind('european', { queue: 'eu' }, 'eu.paid');
      await session.bind('orders', { queue: 'all' }, '#');
      for (const key of ['eu.paid', 'eu.sent', 'us.paid']) await session.publish('orders', key, key);
      return contents(session, 'eu', 'all');
    },
    seen: { eu: ['eu.paid'], all: ['eu.paid', 'eu.sent', 'us.paid'] },
  },
  {
    name: 'an alternate exchange gets what no binding matches',
    run: async (session) => {
      await declareQueues(session, 'known', 'unrouted');
      await session.declareExchange('ae', 'fanout');
      await session.declareExchange('main', 'direct', 'ae');
      await session.bind('main', { queue: 'known' }, 'known');
      await session.bind('ae', { queue: 'unrouted' });
      for (const key of ['known', 'other']) await session.publish('main', key, key);
      return contents(session, 'known', 'unrouted');
    },
    seen: { known: ['known'], unrouted: ['other'] },
  },
  {
    name: 'a mandatory message that goes nowhere comes back; one for an alternate does not',
    run: async (session) => {
      await declareQueues(session, 'q');
      await session.declareExchange('bare', 'direct');
      await session.declareExchange('ae', 'fanout');
      await session.declareExchange('backed', 'direct', 'ae');
      await session.bind('ae', { queue: 'q' });
      const mandatory = { mandatory: true };
      const nowhere = await session.publish('bare', 'x', 'lost', mandatory);
      const ignored = await session.publish('bare', 'x', 'lost');
      const alternate = await session.publish('backed', 'x', 'kept', mandatory);
      return { nowhere, ignored, alternate, ...(await contents(session, 'q')) };
    },
    seen: { nowhere: 'unroutable', ignored: 'accepted', alternate: 'accepted', q: ['kept'] },
  },
  {
    name: 'what is unbound gets nothing more',
    run: async (session) => {
      await declareQueues(session, 'q');
      await session.declareExchange('x', 'direct');
      await session.bind('x', { queue: 'q' }, 'a');
      await session.publish('x', 'a', 'before');
      await session.unbind('x', { queue: 'q' }, 'a');
      await session.publish('x', 'a', 'after');
      return contents(session, 'q');
    },
    seen: { q: ['before'] },
  },
  {
    name: 'an exchange is declared again as it is, and refused as another type',
    run: async (session) => [
      await session.declareExchange('x', 'direct'),
      await session.declareExchange('x', 'direct'),
      await session.declareExchange('x', 'fanout'),
    ],
    seen: ['declared', 'declared', 'refused'],
  },
  {
    name: 'what is published to no exchange is refused',
    run: (session) => session.publish('nobody-declared-it', 'key', 'lost'),
    seen: 'noExchange',
  },
];
