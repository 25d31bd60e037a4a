// The names of all queues: a set beside the queues, because nothing else in Redis lists them cheaply.
import type { ConnectionGuard, Connections } from '../../connection/connection-guard.js';
import type { ScriptClient } from '../../connection/redis-script.js';
import type { ServerFacts } from '../../connection/server-facts.js';
import { nameFault } from '../../../../contract/names.js';
import { queueOfKey } from '../queue-keys.js';

/** Makes a call that changes nothing on every server that has keys: the one, or those of a cluster. */
export type AskServers = <Answer>(ask: (client: ScriptClient) => Promise<Answer>) => Promise<readonly Answer[]>;

/** What the names are kept with. */
export interface QueueNamesDeps {
  readonly namespace: string;
  readonly connections: Connections;
  readonly askServers: AskServers;
  readonly server: Pick<ServerFacts, 'isCluster'>;
}

/**
 * The names of a namespace's queues.
 *
 * A process that sends to a queue or works on it adds the name once, so that a list costs one call. KEYS would stop the server for as
 * long as it has keys; SCAN visits every job of every queue, and is left to {@link QueueNames.discover}.
 */
export class QueueNames {
  readonly #deps: QueueNamesDeps;

  constructor(deps: QueueNamesDeps) {
    this.#deps = deps;
  }

  async add(queues: readonly string[]): Promise<void> {
    await this.#guard.run((client) => client.sadd(this.#key, ...queues));
  }

  async remove(queue: string): Promise<void> {
    await this.#guard.run((client) => client.srem(this.#key, queue));
  }

  async all(): Promise<readonly string[]> {
    return (await this.#guard.read((client) => client.smembers(this.#key))).toSorted();
  }

  /** Finds queues by the key that each of them has since its first job, adds their names, and returns all that are known. */
  async discover(): Promise<readonly string[]> {
    const { askServers, namespace, server } = this.#deps;
    const parts = (await askServers((client) => scan(client, namespace))).flat();
    const found = parts
      .map((part) => queueOfKey(namespace, part, { isInCluster: server.isCluster }))
      .filter((name) => nameFault('queue', name) === undefined);
    if (found.length > 0) await this.add(found);
    return this.all();
  }

  /** With one colon, where no key of a queue can be: those have two. */
  get #key(): string {
    return `${this.#deps.namespace}:acktor-queues`;
  }

  get #guard(): ConnectionGuard {
    return this.#deps.connections.to(this.#key, this.#key);
  }
}

/** The queues' parts of their keys. */
async function scan(node: ScriptClient, namespace: string): Promise<readonly string[]> {
  const keys: string[] = [];
  const pattern = `${namespace.replaceAll(/[\\*?[\]]/g, String.raw`\$&`)}:*:meta`;
  let cursor = '0';
  do {
    const [next, page] = await node.scan(cursor, 'MATCH', pattern, 'COUNT', KEYS_PER_CALL);
    keys.push(...page);
    cursor = next;
  } while (cursor !== '0');
  return keys.map((key) => key.slice(`${namespace}:`.length, -':meta'.length));
}

/** About half a millisecond of the server's time. */
const KEYS_PER_CALL = 1_000;
