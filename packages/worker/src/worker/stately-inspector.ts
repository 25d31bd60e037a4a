// Shows a worker's actors in Stately's inspector, while handlers and machines are developed.
import { AcktorError } from '@acktor/core';
import type { AnyEventObject, InspectionEvent } from 'xstate';
import type { ConsumerContext } from '../consumer/consumer-protocol.js';

/** A connection to an inspector. */
export interface StatelyInspector {
  /** What `createActor` takes as `inspect`. */
  readonly inspect: (event: InspectionEvent) => void;
  stop(): void;
}

/** The option `inspectUrl` needs a package that is not installed. */
export class InspectorMissingError extends AcktorError {
  readonly code = 'ACKTOR_INSPECTOR_MISSING';

  constructor(cause: unknown) {
    super(
      'expected @statelyai/inspect for the option inspectUrl, but it did not load: npm install --save-dev @statelyai/inspect',
      {
        cause,
      },
    );
  }
}

/**
 * Sends every actor that is given `inspect` to a server of `@statelyai/inspect` at that WebSocket URL. While none listens there it
 * tries again every 5 s. Payloads, results and contexts stay here: what is sent are states, names, ids and event types.
 *
 * @param workerId what session ids begin with, for those of two processes are alike.
 * @throws InspectorMissingError
 */
export async function connectInspector(url: string, workerId: string): Promise<StatelyInspector> {
  const { createWebSocketInspector } = await loadInspect();
  const inspector = createWebSocketInspector({
    url,
    sanitizeEvent: ({ type }: AnyEventObject) => ({ type }),
    sanitizeContext: (context: SeenContext) => withoutContents(context),
    serialize: (event) => ownedBy(workerId, event),
  });
  return { inspect: (event) => inspector.inspect.next?.(event), stop: () => inspector.stop() };
}

/** It need not be installed where the option is not used. */
async function loadInspect() {
  try {
    return await import('@statelyai/inspect');
  } catch (cause) {
    throw new InspectorMissingError(cause);
  }
}

const SESSION_FIELDS = ['sessionId', 'rootId', 'parentId', 'sourceId'];

/** Events that waited for the connection come here twice. */
function ownedBy<Event extends object>(workerId: string, event: Event): Event {
  const prefix = `${workerId}/`;
  const owned = Object.entries(event).map(([name, value]: readonly [string, unknown]) => {
    const isForeign = SESSION_FIELDS.includes(name) && typeof value === 'string' && !value.startsWith(prefix);
    return [name, isForeign ? prefix + value : value];
  });
  return Object.fromEntries(owned) as Event;
}

/** The context of any actor; those of consumers hold a delivery. */
type SeenContext = Readonly<Record<string, unknown>>;

/** Of a consumer's context the job's ids and how it is to end; of others nothing. */
function withoutContents(context: SeenContext | undefined): Record<string, unknown> {
  const { delivery, settlement, isStopping } = (context ?? {}) as Partial<ConsumerContext>;
  return {
    ...(delivery && {
      job: { id: delivery.record.id, name: delivery.record.name, deliveries: delivery.record.deliveries },
    }),
    ...(settlement && { settlement: settlement.kind }),
    ...(isStopping && { isStopping }),
  };
}
