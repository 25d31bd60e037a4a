// An engine of which one settlement goes wrong: the worker dies before it is stored, and goes on as a zombie, or its reply is lost.
import type {
  Broker,
  ChannelAnswer,
  ChannelRequest,
  ConnectedBroker,
  Engine,
  SettleAndFetchOptions,
  Settling,
  WorkQueue,
} from '@acktor/core/engine';

/** `before`: the worker counts as dead before its settlement is stored, and still sends it. `after`: it is stored, and made again. */
export type CrashKind = 'before' | 'after';

/** Which settlement goes wrong. */
export interface Crash {
  readonly kind: CrashKind;
  /** Of the settlements that count, from 1; 0 for none. */
  readonly at: number;
  /** Which settlements count. */
  readonly counts: (settling: Settling) => boolean;
}

/** What has happened to an engine. */
export interface CrashReport {
  /** How many settlements have counted. */
  settlements: number;
  /** What the one that went wrong was of; undefined while none has. */
  crashed: Settling | undefined;
}

/** Returns the engine, one settlement of which goes wrong, and what has happened to it. */
export function crashingEngine(
  engine: Engine,
  crash: Crash,
): { readonly engine: Engine; readonly report: CrashReport } {
  const report: CrashReport = { settlements: 0, crashed: undefined };
  const openBroker: Engine['openBroker'] = async (options) => {
    const connected = await engine.openBroker(options);
    const broker = crashingBroker(connected.broker, { crash, report });
    return over<ConnectedBroker>(connected, { broker, close: () => connected.close() });
  };
  return { engine: over<Engine>(engine, { openBroker }), report };
}

interface Crashing {
  readonly crash: Crash;
  readonly report: CrashReport;
}

function crashingBroker(broker: Broker, crashing: Crashing): Broker {
  const workQueue = (name: string): WorkQueue => {
    const queue = broker.workQueue(name);
    const settleAndFetch = (requests: readonly ChannelRequest[], options: SettleAndFetchOptions) =>
      settled({ broker, queue, ...crashing }, requests, options);
    return over<WorkQueue>(queue, { settleAndFetch });
  };
  return over<Broker>(broker, { workQueue });
}

interface Settled extends Crashing {
  readonly broker: Broker;
  readonly queue: WorkQueue;
}

async function settled(
  { broker, queue, crash, report }: Settled,
  requests: readonly ChannelRequest[],
  options: SettleAndFetchOptions,
): Promise<ChannelAnswer> {
  const victim = requests.map(({ settle }) => settle).find((settle) => settle && isHit(settle, crash, report));
  if (victim === undefined) return queue.settleAndFetch(requests, options);
  report.crashed = victim;
  if (crash.kind === 'before') {
    const [process = ''] = victim.job.leaseToken.split('|');
    await broker.releaseDead(queue.name, { process, deliveryLimit: Number.MAX_SAFE_INTEGER });
    return queue.settleAndFetch(requests, options);
  }
  const answer = await queue.settleAndFetch(requests, options);
  const again = requests.flatMap(({ settle }) => (settle ? [{ settle }] : []));
  await queue.settleAndFetch(again, { ...options, wantsStatus: false });
  return answer;
}

function isHit(settle: Settling, crash: Crash, report: CrashReport): boolean {
  if (!crash.counts(settle)) return false;
  report.settlements += 1;
  return report.settlements === crash.at;
}

/** The object with some of its parts replaced; its methods keep their own `this`. */
function over<T extends object>(object: T, parts: Partial<T>): T {
  return new Proxy(object, {
    get: (target, name) => {
      if (Object.hasOwn(parts, name)) return parts[name as keyof T];
      const part: unknown = Reflect.get(target, name, target);
      return typeof part === 'function' ? (part.bind(target) as unknown) : part;
    },
  });
}
