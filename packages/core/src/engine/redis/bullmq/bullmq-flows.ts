// The flows of one queue: what is kept of one lies in the hash of its job, and the results of its steps where BullMQ keeps those of children.
import { BrokerReplyError, ServerRefusalError } from '../../broker-errors.js';
import type { FlowChange, FlowChangeOutcome, FlowStore, JobAddress, StoredFlow } from '../../flow-store.js';
import type { ConnectionGuard } from '../connection/connection-guard.js';
import type { QueueKeys } from './queue-keys.js';
import { scripts } from './scripts/scripts.js';
import { storedVersion } from './sending/send-call.js';

export interface BullmqFlowsDeps {
  readonly keys: QueueKeys;
  readonly guard: ConnectionGuard;
  /** What the keys of another queue begin with. */
  readonly prefixOf: (queue: string) => string;
}

/** The {@link FlowStore} on BullMQ. */
export class BullmqFlows implements FlowStore {
  readonly #deps: BullmqFlowsDeps;

  constructor(deps: BullmqFlowsDeps) {
    this.#deps = deps;
  }

  /** One read of the job's hash; a key that holds no job is none, or has no name, or was not sent at any time. */
  async read(id: string): Promise<StoredFlow | undefined> {
    const { keys, guard } = this.#deps;
    const fields = await guard.read((client) => client.hmget(keys.prefix + id, ...FIELDS)).catch(noneOfAnother);
    const [name, payload, options, sentAtMs, record, changes] = fields.map((field) => field ?? undefined);
    if (name === undefined || sentAtMs === undefined) return undefined;
    const version = storedVersion(options);
    const counts = { sentAtMs: Number(sentAtMs), changes: Number(changes ?? 0) };
    return { id, name, payload: payload ?? '{}', version, ...counts, record };
  }

  /** One read, as long as the results that are wanted. */
  async results(id: string, steps: readonly JobAddress[]): Promise<readonly (string | undefined)[]> {
    if (steps.length === 0) return [];
    const { keys, guard } = this.#deps;
    const fields = steps.map((step) => this.#fieldOf(step));
    const found = await guard.read((client) => client.hmget(`${keys.prefix}${id}:processed`, ...fields));
    return found.map((result) => result ?? undefined);
  }

  /** A change that was made of what is no longer so writes nothing. @throws BrokerReplyError when the answer has an unknown form. */
  async change({ flow, record, progress, result }: FlowChange): Promise<FlowChangeOutcome> {
    const { keys, guard } = this.#deps;
    const kept = result ? [this.#fieldOf(result), result.json] : [];
    const args = [keys.prefix, flow.id, flow.sentAtMs, flow.changes, record, progress, ...kept];
    const outcome = await guard.run((client) => scripts.changeFlow.run(client, keys.channel, args));
    if (outcome === 'changed' || outcome === 'stale' || outcome === 'gone') return outcome;
    throw new BrokerReplyError('the script of a flow', String(outcome));
  }

  /** The key of the job, by which BullMQ knows a child: a flow's job has the results of its steps as a parent has those of its children. */
  #fieldOf({ queue, id }: JobAddress): string {
    return this.#deps.prefixOf(queue) + id;
  }
}

/** Ids hold colons: those of locks, logs and schedulers, `1:lock`, are asked for like any other. */
function noneOfAnother(error: unknown): readonly null[] {
  if (error instanceof ServerRefusalError && error.reply.startsWith('WRONGTYPE')) return [];
  throw error;
}

const FIELDS = ['name', 'data', 'opts', 'timestamp', 'flow', 'flowChanges'] as const;
