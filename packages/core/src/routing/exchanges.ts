// The exchanges of a namespace, as programs and people see and change them.
import { checkName } from '../contract/names.js';
import { NO_META, type Meta } from '../contract/meta.js';
import type { ExchangeStore } from '../engine/exchange-store.js';
import type { Binding, JobTarget } from './binding.js';
import { requireExchange, type AnyExchange } from './exchange.js';
import { ExchangesBusyError } from './routing-errors.js';
import { checkRoutingKey } from './topic-trie.js';
import { groupedBy, Topology, type DeclaredExchange, type TopologyChange } from './topology.js';

/** A declared exchange with what is bound to it. */
export interface ExchangeDetails extends DeclaredExchange {
  readonly bindings: readonly Binding[];
}

/**
 * The exchanges of a namespace and their bindings: kept on the server, shared by all programs, and followed by every publish at once: each is
 * routed by what is kept at that moment. Each change is one step, and may be repeated: a crash midway leaves all of it or nothing.
 *
 * Every method throws ConnectionLostError when the connection breaks before the answer; a change may have been made then.
 * @example
 * const exchanges = producer.exchanges();
 * await exchanges.declare(orders);
 * await exchanges.bind(bind(orders, mailCustomer, 'order.*.created'));
 */
export class Exchanges {
  readonly #store: ExchangeStore;

  constructor(store: ExchangeStore) {
    this.#store = store;
  }

  /**
   * Declares exchanges, with those that they name as alternates. One that is declared already stays as it is.
   * @throws NotAContractError; ExchangeMismatchError for one that is declared with another type or alternate; ExchangeLoopError;
   * RoutingLimitError above 1,000 in a namespace: nothing was changed.
   */
  async declare(...contracts: readonly AnyExchange[]): Promise<void> {
    for (const contract of contracts) requireExchange(contract, 'declare');
    await this.#change((topology) => topology.declaring(contracts));
  }

  /**
   * Adds bindings, or renews them with what the contracts of their jobs say now (retries, bounds, versions).
   * @throws ExchangeNotFoundError where an exchange is not declared; BindingMismatchError for one that is declared with another type;
   * ExchangeLoopError; RoutingLimitError above 10,000 in a namespace: nothing was changed.
   */
  async bind(...bindings: readonly Binding[]): Promise<void> {
    await this.#change((topology) => topology.binding(bindings));
  }

  /** Removes bindings: those of the same exchange, job, and pattern or headers. What was published before stays in its queues. */
  async unbind(...bindings: readonly Binding[]): Promise<void> {
    await this.#change((topology) => topology.unbinding(bindings));
  }

  /** Removes an exchange with the bindings from it and to it. Does nothing where there is none. @throws NameError. */
  async delete(exchange: AnyExchange | string): Promise<void> {
    const name = nameOf(exchange);
    await this.#change((topology) => topology.deleting(name));
  }

  /** All of them, by name. */
  async list(): Promise<readonly ExchangeDetails[]> {
    const { exchanges, bindings } = await this.#read();
    const byExchange = groupedBy([...bindings.values()], ({ exchange }) => exchange);
    const byName = [...exchanges.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1));
    return byName.map((declared) => ({ ...declared, bindings: byExchange.get(declared.name) ?? [] }));
  }

  /**
   * Which jobs, of which queues, would get what is published so. Publishes nothing.
   * @throws NameError; ExchangeNotFoundError; RoutingLimitError.
   */
  async route(exchange: AnyExchange | string, key: string, meta: Meta = NO_META): Promise<readonly JobTarget[]> {
    checkRoutingKey(key);
    return (await this.#read()).route(nameOf(exchange), { key, meta });
  }

  async #read(): Promise<Topology> {
    return new Topology(await this.#store.read());
  }

  #change(plan: (topology: Topology) => TopologyChange): Promise<void> {
    return changeExchanges(this.#store, plan);
  }
}

/** Others may change them between the look and the change: then it is made anew of what they have left. @throws ExchangesBusyError. */
export async function changeExchanges(
  store: ExchangeStore,
  plan: (topology: Topology) => TopologyChange,
): Promise<void> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const topology = new Topology(await store.read());
    const { put, remove } = plan(topology);
    if (put.length === 0 && remove.length === 0) return;
    if ((await store.change({ version: topology.version, put, remove })) === 'changed') return;
  }
  throw new ExchangesBusyError(MOST_ATTEMPTS);
}

function nameOf(exchange: AnyExchange | string): string {
  if (typeof exchange !== 'string') return exchange.name;
  checkName('exchange', exchange);
  return exchange;
}

const MOST_ATTEMPTS = 50;
