// How a trace travels with a job: as BullMQ's own telemetry writes it (6.7, `opts.tm`), so that traces cross to plain BullMQ clients.
import { context, propagation, ROOT_CONTEXT, type Context } from '@opentelemetry/api';

/** The active trace as text, in the format of the program's propagator (W3C by default); undefined when there is none. */
export function carrierOf(active: Context = context.active()): string | undefined {
  const carrier: Record<string, string> = {};
  propagation.inject(active, carrier);
  return Object.keys(carrier).length === 0 ? undefined : JSON.stringify(carrier);
}

/** The trace that such a text names; the root for none, and for what is no such text. */
export function contextOf(carrier: string | undefined): Context {
  if (carrier === undefined) return ROOT_CONTEXT;
  try {
    return propagation.extract(ROOT_CONTEXT, JSON.parse(carrier) as object);
  } catch {
    return ROOT_CONTEXT;
  }
}
