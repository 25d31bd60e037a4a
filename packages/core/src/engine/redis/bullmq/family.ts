// The children of a job that is under way, in the layout of BullMQ's flows.
import { EngineFeatureError } from '../../engine-module.js';
import { BrokerReplyError } from '../../broker-errors.js';
import type { ChildOutcome, ChildRef, JobChildren, Lease, NewChild } from '../../work-queue.js';
import type { ConnectionGuard } from '../connection/connection-guard.js';
import type { SendTarget } from './channel/channel-call.js';
import { queueOfKey, type QueueKeys } from './queue-keys.js';
import { scripts } from './scripts/scripts.js';
import { storedOptions } from './sending/send-call.js';

/** The parent's queue. */
export interface FamilyDeps {
  readonly keys: QueueKeys;
  readonly guard: ConnectionGuard;
  readonly targetOf: (queue: string) => SendTarget;
  /** Given in a cluster alone. */
  readonly outbox: object | undefined;
}

/** @throws EngineFeatureError for a queue in another slot of a cluster: BullMQ's keys of a family are written in one script. */
export async function addChild(deps: FamilyDeps, lease: Lease, child: NewChild): Promise<ChildOutcome> {
  const { keys, guard, targetOf } = deps;
  const { queue, job, ifDead } = child;
  const { prefix, outbox } = targetOf(queue);
  if (outbox !== undefined) throw new EngineFeatureError('redis (a cluster)', elsewhere(keys.name, queue));
  const policy = ifDead === 'goOn' ? 'idof' : 'fpof';
  const parent = [keys.prefix, lease.jobId, lease.leaseToken];
  const args = [...parent, prefix, job.id, job.name, storedOptions(job), job.payload, policy];
  const outcome = await guard.run((client) => scripts.addChild.run(client, keys.channel, args));
  if (isOutcome(outcome)) return outcome;
  throw new BrokerReplyError('the script that adds children');
}

function elsewhere(parent: string, queue: string): string {
  return `children of jobs of queue ${parent} in queue ${queue}, which is in another slot: name both so that they share a hash tag, such as {orders}-pages`;
}

const OUTCOMES: readonly string[] = ['added', 'known', 'taken', 'lost'] satisfies readonly ChildOutcome[];

function isOutcome(outcome: unknown): outcome is ChildOutcome {
  return typeof outcome === 'string' && OUTCOMES.includes(outcome);
}

/** Undefined for a lost lease. */
export async function readChildren(deps: FamilyDeps, lease: Lease): Promise<JobChildren | undefined> {
  const { keys, guard } = deps;
  const args = [keys.prefix, lease.jobId, lease.leaseToken];
  const answer = await guard.run((client) => scripts.children.run(client, keys.channel, args));
  if (answer === null) return undefined;
  const [open, acked, dead, fatal] = answer as readonly [
    number,
    readonly string[],
    readonly string[],
    readonly string[],
  ];
  const refOf = childIn(deps);
  return {
    open,
    acked: pairsOf(acked).map(([key, result]) => ({ ...refOf(key), result })),
    dead: pairsOf(dead).map(([key, reason]) => ({ ...refOf(key), reason })),
    fatal: fatal.map(refOf),
  };
}

/** Undefined for a job that is gone, and for one of another namespace, which the rights of a worker may not reach. */
export function readChildNames(
  { guard, targetOf }: FamilyDeps,
  children: readonly ChildRef[],
): Promise<readonly (string | undefined)[]> {
  return guard.read((client) =>
    Promise.all(
      children.map(async ({ queue, id }) => {
        if (queue.includes(':')) return undefined;
        return (await client.hget(`${targetOf(queue).prefix}${id}`, 'name')) ?? undefined;
      }),
    ),
  );
}

function pairsOf(flat: readonly string[]): readonly (readonly [key: string, value: string])[] {
  return flat.flatMap((key, i) => (i % 2 === 0 ? [[key, flat[i + 1] ?? ''] as const] : []));
}

/** Reads the key of a child's record, `<namespace>:<queue>:<id>`; a plain client may have its queue in a namespace of its own. */
function childIn({ keys: { prefix, name }, outbox }: FamilyDeps): (key: string) => ChildRef {
  const namespace = prefix.slice(0, prefix.length - name.length - 2);
  const isInCluster = outbox !== undefined;
  return (key) => {
    const isNear = key.startsWith(`${namespace}:`);
    const rest = isNear ? key.slice(namespace.length + 1) : key;
    const colon = isNear ? rest.indexOf(':') : rest.lastIndexOf(':');
    const queue = rest.slice(0, Math.max(colon, 0));
    return { queue: isNear ? queueOfKey(namespace, queue, { isInCluster }) : queue, id: rest.slice(colon + 1) };
  };
}
