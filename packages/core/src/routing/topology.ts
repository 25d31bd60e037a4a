// The exchanges of a namespace and their bindings, at one version: what may be changed of them, and where a message goes.
import { BrokerReplyError } from '../engine/broker-errors.js';
import type { ExchangesChange, StoredExchanges } from '../engine/exchange-store.js';
import { NO_META, type Meta } from '../contract/meta.js';
import { bindingId, headersMatch, type Binding, type BindingTarget, type JobTarget } from './binding.js';
import type { AnyExchange, ExchangeType } from './exchange.js';
import {
  BindingMismatchError,
  ExchangeLoopError,
  ExchangeMismatchError,
  ExchangeNotFoundError,
  RoutingLimitError,
} from './routing-errors.js';
import { TopicTrie } from './topic-trie.js';

/** A declared exchange, as far as routing needs it. */
export interface DeclaredExchange {
  readonly name: string;
  readonly type: ExchangeType;
  /** The name of the exchange that gets what no binding of this one matches; undefined for none. */
  readonly alternate: string | undefined;
}

/** What a change puts and removes. */
export type TopologyChange = Omit<ExchangesChange, 'version'>;

/** What a message is routed by. */
export interface Routed {
  readonly key: string;
  /** The headers; none when left out. */
  readonly meta?: Meta | undefined;
}

/** The same with all that it has. */
interface Message {
  readonly key: string;
  readonly meta: Meta;
}

/** A view of what is kept. Never changes: a change makes another version. */
export class Topology {
  readonly version: string;
  readonly exchanges: ReadonlyMap<string, DeclaredExchange>;
  /** By their ids. */
  readonly bindings: ReadonlyMap<string, Binding>;
  /** The queues that live as long as their subscribers. */
  readonly temporary: readonly string[];
  readonly #routes = new Map<string, ExchangeRoutes>();

  /** @throws BrokerReplyError for what is no exchange and no binding. */
  constructor({ version, entries }: StoredExchanges) {
    this.version = version;
    const exchanges = new Map<string, DeclaredExchange>();
    const bindings = new Map<string, Binding>();
    for (const [name, text] of entries) {
      if (name.startsWith(EXCHANGE)) exchanges.set(name.slice(EXCHANGE.length), read<DeclaredExchange>(name, text));
      else if (name.startsWith(BINDING)) bindings.set(name.slice(BINDING.length), read<Binding>(name, text));
    }
    const names = [...entries.keys()].filter((name) => name.startsWith(QUEUE));
    this.temporary = names.map((name) => name.slice(QUEUE.length));
    this.exchanges = exchanges;
    this.bindings = bindings;
  }

  /**
   * Returns the jobs that get a message, each once, in the order of their bindings. Each exchange on the way whose bindings match nothing hands it to
   * its alternate.
   * @throws ExchangeNotFoundError; RoutingLimitError for more than {@link MOST_ROUTES}.
   */
  route(exchange: string, { key, meta = NO_META }: Routed): readonly JobTarget[] {
    this.exchange(exchange);
    const jobs = new Map<string, JobTarget>();
    // A set goes on with what is added to it meanwhile.
    const visited = new Set([exchange]);
    for (const name of visited)
      for (const target of this.#matched(name, { key, meta }))
        if (target.kind === 'exchange') visited.add(target.exchange);
        else jobs.set(JSON.stringify([target.queue, target.name]), target);
    if (jobs.size > MOST_ROUTES) throw new RoutingLimitError('routes', MOST_ROUTES, jobs.size);
    return [...jobs.values()];
  }

  /** The declared exchange of that name. @throws ExchangeNotFoundError. */
  exchange(name: string): DeclaredExchange {
    const found = this.exchanges.get(name);
    if (found === undefined) throw new ExchangeNotFoundError(name);
    return found;
  }

  /** @throws ExchangeMismatchError, ExchangeLoopError, RoutingLimitError. */
  declaring(contracts: readonly AnyExchange[]): TopologyChange {
    const put = new Map<string, string>();
    const declared = new Map(this.exchanges);
    for (const contract of withAlternates(contracts)) {
      const given = { name: contract.name, type: contract.type, alternate: contract.alternate?.name };
      const known = declared.get(given.name);
      if (known) requireSame(known, given);
      else put.set(EXCHANGE + given.name, JSON.stringify(given));
      declared.set(given.name, given);
    }
    requireFew('exchanges', MOST_EXCHANGES, declared.size);
    requireNoLoop(declared, this.bindings);
    return { put: [...put], remove: [] };
  }

  /** @throws ExchangeNotFoundError, BindingMismatchError, ExchangeLoopError, RoutingLimitError. */
  binding(added: readonly Binding[]): TopologyChange {
    const put = new Map<string, string>();
    const bindings = new Map(this.bindings);
    for (const each of added) {
      this.#requireFit(each);
      const id = bindingId(each);
      const text = JSON.stringify(each);
      if (JSON.stringify(bindings.get(id)) !== text) put.set(BINDING + id, text);
      bindings.set(id, each);
    }
    requireFew('bindings', MOST_BINDINGS, bindings.size);
    requireNoLoop(this.exchanges, bindings);
    return { put: [...put], remove: [] };
  }

  unbinding(removed: readonly Binding[]): TopologyChange {
    const ids = removed.map(bindingId).filter((id) => this.bindings.has(id));
    return { put: [], remove: ids.map((id) => BINDING + id) };
  }

  /** Binds a temporary queue, unless it is bound so. */
  keeping(queue: string, bindings: readonly Binding[]): TopologyChange {
    if (this.temporary.includes(queue) && bindings.every((each) => this.bindings.has(bindingId(each)))) return NOTHING;
    const { put, remove } = this.binding(bindings);
    return { put: [[QUEUE + queue, '{}'], ...put], remove };
  }

  unbindingQueue(queue: string): TopologyChange {
    const bound = [...this.bindings].filter(([, { to }]) => to.kind === 'job' && to.queue === queue);
    return { put: [], remove: bound.map(([id]) => BINDING + id) };
  }

  /** Forgets a temporary queue that is unbound. */
  forgetting(queue: string): TopologyChange {
    return { put: [], remove: this.temporary.includes(queue) ? [QUEUE + queue] : [] };
  }

  /** Removes an exchange with the bindings from it and to it. */
  deleting(exchange: string): TopologyChange {
    const concerned = [...this.bindings].filter(
      ([, { exchange: from, to }]) => from === exchange || (to.kind === 'exchange' && to.exchange === exchange),
    );
    const remove = concerned.map(([id]) => BINDING + id);
    return { put: [], remove: this.exchanges.has(exchange) ? [EXCHANGE + exchange, ...remove] : remove };
  }

  #matched(name: string, message: Message): readonly BindingTarget[] {
    const declared = this.exchanges.get(name);
    if (declared === undefined) return [];
    const matched = this.#routesOf(declared).match(message);
    if (matched.length > 0 || declared.alternate === undefined) return matched;
    return [{ kind: 'exchange', exchange: declared.alternate }];
  }

  /** Made when something is first published to it: most programs publish to one or two of many. */
  #routesOf(declared: DeclaredExchange): ExchangeRoutes {
    const known = this.#routes.get(declared.name);
    if (known) return known;
    const own = [...this.bindings.values()].filter(({ exchange }) => exchange === declared.name);
    const made = routesOf(declared.type, own);
    this.#routes.set(declared.name, made);
    return made;
  }

  #requireFit({ exchange, to, pattern, headers }: Binding): void {
    const { type } = this.exchange(exchange);
    if (to.kind === 'exchange') this.exchange(to.exchange);
    const isFit = {
      direct: pattern !== undefined,
      topic: pattern !== undefined,
      headers: headers !== undefined,
      fanout: pattern === undefined && headers === undefined,
    }[type];
    if (!isFit) throw new BindingMismatchError(exchange, type, WANTED[type]);
  }
}

const WANTED = { direct: 'a key', topic: 'a pattern', headers: 'headers', fanout: 'neither key nor headers' } as const;

/** What of one exchange decides where a message goes. */
interface ExchangeRoutes {
  match(message: Message): readonly BindingTarget[];
}

function routesOf(type: ExchangeType, bindings: readonly Binding[]): ExchangeRoutes {
  if (type === 'topic') {
    const trie = new TopicTrie<BindingTarget>();
    for (const { pattern, to } of bindings) trie.add(pattern ?? '', to);
    return { match: ({ key }) => [...trie.match(key)] };
  }
  if (type === 'direct') {
    const byKey = groupedBy(bindings, ({ pattern = '' }) => pattern);
    return { match: ({ key }) => byKey.get(key)?.map(({ to }) => to) ?? [] };
  }
  const fits = ({ headers }: Binding, meta: Meta) => headers === undefined || headersMatch(headers, meta);
  return { match: ({ meta }) => bindings.filter((each) => fits(each, meta)).map(({ to }) => to) };
}

/** The bindings by what they have in common, in their order. */
export function groupedBy(
  bindings: readonly Binding[],
  keyOf: (binding: Binding) => string,
): ReadonlyMap<string, readonly Binding[]> {
  const groups = new Map<string, Binding[]>();
  for (const binding of bindings) {
    const key = keyOf(binding);
    const group = groups.get(key);
    if (group) group.push(binding);
    else groups.set(key, [binding]);
  }
  return groups;
}

/** Each with those that it names as its alternate, and so on. */
function withAlternates(contracts: readonly AnyExchange[]): readonly AnyExchange[] {
  return contracts.flatMap((contract) => {
    const chain: AnyExchange[] = [];
    for (let next: AnyExchange | undefined = contract; next; next = next.alternate) chain.push(next);
    return chain;
  });
}

function requireSame(declared: DeclaredExchange, given: DeclaredExchange): void {
  for (const property of ['type', 'alternate'] as const)
    if (declared[property] !== given[property])
      throw new ExchangeMismatchError(given.name, property, { declared: declared[property], given: given[property] });
}

function requireFew(what: 'exchanges' | 'bindings', most: number, got: number): void {
  if (got > most) throw new RoutingLimitError(what, most, got);
}

/** @throws ExchangeLoopError when an exchange is reached from itself, by bindings or as an alternate. */
function requireNoLoop(exchanges: ReadonlyMap<string, DeclaredExchange>, bindings: ReadonlyMap<string, Binding>): void {
  const next = new Map<string, string[]>();
  const lead = (from: string, to: string) => void next.set(from, [...(next.get(from) ?? []), to]);
  for (const { name, alternate } of exchanges.values()) if (alternate !== undefined) lead(name, alternate);
  for (const { exchange, to } of bindings.values()) if (to.kind === 'exchange') lead(exchange, to.exchange);
  const isSound = new Set<string>();
  for (const name of next.keys()) walk(name, [], { next, isSound });
}

interface Walk {
  readonly next: ReadonlyMap<string, readonly string[]>;
  /** From which no loop is reached. */
  readonly isSound: Set<string>;
}

function walk(name: string, path: readonly string[], graph: Walk): void {
  if (graph.isSound.has(name)) return;
  const before = path.indexOf(name);
  if (before >= 0) throw new ExchangeLoopError([...path.slice(before), name]);
  for (const to of graph.next.get(name) ?? []) walk(to, [...path, name], graph);
  graph.isSound.add(name);
}

function read<Kept>(name: string, text: string): Kept {
  try {
    return JSON.parse(text) as Kept;
  } catch {
    throw new BrokerReplyError('the exchanges of the namespace', `what is kept under ${name} is no JSON`);
  }
}

/** What the names of exchanges, and the ids of bindings, begin with where they are kept. */
const EXCHANGE = 'x:';
const BINDING = 'b:';
/** And those of temporary queues. */
const QUEUE = 't:';
const NOTHING: TopologyChange = { put: [], remove: [] };

/** In a namespace: all of it is read by each publisher after a change. */
export const MOST_EXCHANGES = 1_000;
export const MOST_BINDINGS = 10_000;
/** For one publish: a call to the server stays within some tens of milliseconds. */
export const MOST_ROUTES = 1_000;
