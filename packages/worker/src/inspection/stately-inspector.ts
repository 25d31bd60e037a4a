// Lets Stately's inspector look at a worker's actors, for whoever develops handlers and machines.
import { AcktorError } from '@acktor/core';
import type { AnyEventObject, InspectionEvent } from 'xstate';
import { withoutContents, type SeenContext } from './without-contents.js';

/** An inspector that listens somewhere, and what it is told. */
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
 * Tells a server of `@statelyai/inspect` at that WebSocket URL of every actor that is given `inspect`. While nobody listens there it
 * tries again every 5 s. Payloads, results and contexts stay here: what is told are states, names, ids and event types.
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

/** Only who asks for it needs it installed. */
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
