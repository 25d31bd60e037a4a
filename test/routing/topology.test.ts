// What may be declared and bound, and where a message goes by it: pure, with no server.
import {
  bind,
  BindingMismatchError,
  ContractError,
  exchange,
  ExchangeLoopError,
  ExchangeMismatchError,
  ExchangeNotFoundError,
  NameError,
  NotAContractError,
  OptionsError,
  RoutingLimitError,
  type AnyExchange,
  type Binding,
  type Meta,
} from '@acktor/core';
import { Topology } from '@acktor/core/internal';
import { expect } from 'chai';
import { z } from 'zod';
import { audit, book, byHeaders, byRegion, everything, mail, orders, tally } from './jobs.js';

const data = z.object({ orderId: z.string() });

/** What is kept after these were declared and bound. */
function kept(exchanges: readonly AnyExchange[], bindings: readonly Binding[] = []): Topology {
  const declared = after(new Topology({ version: '0', entries: new Map() }), (empty) => empty.declaring(exchanges));
  return after(declared, (topology) => topology.binding(bindings));
}

function after(topology: Topology, change: (topology: Topology) => ReturnType<Topology['declaring']>): Topology {
  const entries = new Map<string, string>();
  for (const each of topology.exchanges.values()) entries.set(`x:${each.name}`, JSON.stringify(each));
  for (const [id, each] of topology.bindings) entries.set(`b:${id}`, JSON.stringify(each));
  const { put, remove } = change(topology);
  for (const [name, text] of put) entries.set(name, text);
  for (const name of remove) entries.delete(name);
  return new Topology({ version: String(Number(topology.version) + 1), entries });
}

const routed = (topology: Topology, name: string, key = '') => namesOf(topology.route(name, { key }));
const routedBy = (topology: Topology, meta: Meta) => namesOf(topology.route('by-headers', { key: '', meta }));
const namesOf = (targets: ReturnType<Topology['route']>) => targets.map(({ name }) => name);

describe('a topology', () => {
  it('routes by the same key, by all, by patterns and by headers', () => {
    const topology = kept(
      [orders, everything, byRegion, byHeaders],
      [
        bind(orders, book, 'order.*.created'),
        bind(orders, mail, 'order.#'),
        bind(everything, tally),
        bind(everything, book),
        bind(byRegion, book, 'eu'),
        bind(byRegion, tally, 'us'),
        bind(byHeaders, book, { headers: { format: 'pdf', type: 'report' } }),
        bind(byHeaders, tally, { match: 'any', headers: { format: 'pdf', urgent: true } }),
      ],
    );
    expect(routed(topology, 'orders', 'order.eu.created')).to.have.members(['book', 'mail']);
    expect(routed(topology, 'orders', 'order.eu.paid')).to.deep.equal(['mail']);
    expect(routed(topology, 'orders', 'invoice')).to.deep.equal([]);
    expect(routed(topology, 'everything', 'any key')).to.have.members(['tally', 'book']);
    expect(routed(topology, 'by-region', 'eu')).to.deep.equal(['book']);
    expect(routed(topology, 'by-region', 'us')).to.deep.equal(['tally']);
    expect(routedBy(topology, { format: 'pdf', type: 'report' })).to.have.members(['book', 'tally']);
    expect(routedBy(topology, { format: 'pdf', type: 'log' })).to.deep.equal(['tally']);
    expect(routedBy(topology, { urgent: '' })).to.deep.equal(['tally']);
    expect(routedBy(topology, { format: 'zip' })).to.deep.equal([]);
  });

  it('takes no headers at all for all of none, and not for any', () => {
    const none = { headers: {} };
    const topology = kept(
      [byHeaders],
      [bind(byHeaders, book, none), bind(byHeaders, tally, { match: 'any', ...none })],
    );
    expect(routedBy(topology, { format: 'pdf' })).to.deep.equal(['book']);
  });

  it('has a message once for each job, by however many bindings and exchanges it comes', () => {
    const topology = kept(
      [orders, everything],
      [
        bind(orders, book, '#'),
        bind(orders, book, 'a'),
        bind(orders, everything, 'a'),
        bind(everything, book),
        bind(everything, audit),
      ],
    );
    expect(routed(topology, 'orders', 'a')).to.have.members(['book', 'audit']);
    expect(routed(topology, 'orders', 'b')).to.deep.equal(['book']);
  });

  it('hands to its alternate what no binding of an exchange matches', () => {
    const last = exchange('last', { type: 'fanout', data });
    const middle = exchange('middle', { type: 'direct', data, alternate: last });
    const first = exchange('first', { type: 'topic', data, alternate: middle });
    const topology = kept([first], [bind(first, tally, 'known'), bind(middle, book, 'second'), bind(last, audit)]);
    expect([...topology.exchanges.keys()]).to.have.members(['first', 'middle', 'last']);
    expect(routed(topology, 'first', 'known')).to.deep.equal(['tally']);
    expect(routed(topology, 'first', 'second')).to.deep.equal(['book']);
    expect(routed(topology, 'first', 'other')).to.deep.equal(['audit']);
  });

  it('keeps of a job what a send of it needs, anew with each bind', () => {
    const topology = kept([orders], [bind(orders, book, 'a')]);
    const [target] = topology.route('orders', { key: 'a' });
    expect(target).to.deep.include({ kind: 'job', queue: 'books', name: 'book', version: 1 });
    const again = { ...bind(orders, book, 'a'), to: { ...bind(orders, book, 'a').to, version: 2 } } as Binding;
    expect(topology.binding([bind(orders, book, 'a')]).put, 'nothing is new').to.deep.equal([]);
    const renewed = after(topology, (before) => before.binding([again]));
    expect(renewed.bindings.size).to.equal(1);
    expect(renewed.route('orders', { key: 'a' })[0]?.version).to.equal(2);
  });

  it('refuses to declare what is declared otherwise, and nothing that is the same', () => {
    const topology = kept([orders]);
    expect(topology.declaring([orders])).to.deep.equal({ put: [], remove: [] });
    const direct = exchange('orders', { type: 'direct', data });
    expect(() => topology.declaring([direct])).to.throw(
      ExchangeMismatchError,
      'expected exchange "orders" to be declared as it is, with type "topic", got "direct"',
    );
    const alternating = exchange('orders', { type: 'topic', data, alternate: everything });
    expect(() => topology.declaring([alternating])).to.throw(
      ExchangeMismatchError,
      'with alternate none, got "everything"',
    );
  });

  it('refuses loops, of bindings and of alternates, and says which', () => {
    const ends = exchange('ends', { type: 'fanout', data });
    const begins = exchange('begins', { type: 'fanout', data, alternate: ends });
    const topology = kept([orders, begins], [bind(ends, orders)]);
    const loop = () => topology.binding([bind(orders, begins, '#')]);
    expect(loop)
      .to.throw(ExchangeLoopError, / → .* → .* → /)
      .with.property('path')
      .that.includes.members(['begins', 'ends', 'orders']);
    expect(() => kept([orders], [bind(orders, orders, 'x')])).to.throw(ExchangeLoopError, '"orders" → "orders"');
  });

  it('refuses bindings of what is not declared, or is of another type', () => {
    const topology = kept([orders]);
    expect(() => topology.binding([bind(everything, book)])).to.throw(ExchangeNotFoundError, '"everything"');
    expect(() => topology.binding([bind(orders, everything, '#')])).to.throw(ExchangeNotFoundError, '"everything"');
    const other = exchange('orders', { type: 'headers', data });
    expect(() => topology.binding([bind(other, book, { headers: {} })])).to.throw(BindingMismatchError, 'a pattern');
    expect(() => topology.route('unknown', { key: '' })).to.throw(ExchangeNotFoundError, '"unknown"');
  });

  it('removes a binding, and an exchange with what is bound from it and to it', () => {
    const topology = kept(
      [orders, everything],
      [bind(orders, book, 'a'), bind(orders, everything, '#'), bind(everything, tally)],
    );
    const unbound = after(topology, (before) => before.unbinding([bind(orders, book, 'a'), bind(orders, book, 'b')]));
    expect(routed(unbound, 'orders', 'a')).to.deep.equal(['tally']);
    const deleted = after(topology, (before) => before.deleting('everything'));
    expect(routed(deleted, 'orders', 'a')).to.deep.equal(['book']);
    expect([deleted.bindings.size, [...deleted.exchanges.keys()]]).to.deep.equal([1, ['orders']]);
    expect(deleted.deleting('everything')).to.deep.equal({ put: [], remove: [] });
  });

  it('bounds how much is kept, and how far a message goes', () => {
    const many = Array.from({ length: 1_001 }, (_, i) => exchange(`x${i}`, { type: 'fanout', data }));
    expect(() => kept(many)).to.throw(RoutingLimitError, 'expected 1000 exchanges at most in a namespace, got 1001');
    const targets = Array.from({ length: 10_001 }, (_, i) => ({ ...book, queue: `q${i}` }));
    const bindings = targets.map((target) => bind(everything, target));
    expect(() => kept([everything], bindings)).to.throw(RoutingLimitError, 'expected 10000 bindings at most');
    const wide = kept([everything], bindings.slice(0, 1_001));
    expect(() => wide.route('everything', { key: '' })).to.throw(RoutingLimitError, 'expected 1000 routes at most');
  });
});

describe('the contract of an exchange', () => {
  it('refuses a name and options that are none, all at once', () => {
    const wrong = { type: 'topics', data: 5, alternate: 'unrouted' } as never;
    expect(() => exchange('', wrong))
      .to.throw(ContractError, 'contract of exchange ')
      .with.property('faults')
      .that.has.length(4);
  });

  it('refuses bindings to what is no contract, by what is no pattern, and by what are no headers', () => {
    expect(() => bind({} as never, book)).to.throw(NotAContractError, 'exchange() made');
    expect(() => bind(orders, 'book' as never, 'a')).to.throw(NotAContractError);
    expect(() => bind(orders, book, 5 as never)).to.throw(NameError, 'the pattern');
    expect(() => bind(byRegion, book, 'x'.repeat(256) as never)).to.throw(NameError, '255 bytes');
    expect(() => bind(byHeaders, book, { headers: { format: 5 as never } })).to.throw(OptionsError, 'format');
    expect(() => bind(byHeaders, book, undefined as never)).to.throw(OptionsError, 'headers');
    expect(() => bind(byHeaders, book, { match: 'some' as never, headers: {} })).to.throw(
      OptionsError,
      "'all' or 'any'",
    );
  });
});
