// Spans of sends and deliveries, for programs that register an OpenTelemetry provider. Without one they cost next to nothing.
import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type SpanOptions,
  type Tracer,
  type TracerProvider,
  propagation,
} from '@opentelemetry/api';

/** The job that a span describes. Never its payload. */
export interface TracedJob {
  readonly queue: string;
  readonly name: string;
  readonly id: string;
}

/** Sends within a span, a child of the active one. `send` gets the trace that travels with the job, if there is one. */
export function traceSend<Answer>(
  job: TracedJob,
  send: (carrier: string | undefined) => Promise<Answer>,
): Promise<Answer> {
  if (!mayBeTraced(undefined)) return send(undefined);
  const options = { kind: SpanKind.PRODUCER, attributes: attributesOf(job, 'send') };
  const span = startSpan(`send ${job.queue}`, options, context.active());
  if (!isTraced(span)) return send(undefined);
  const active = trace.setSpan(context.active(), span);
  return ended(span, () => context.with(active, () => send(carrierOf(active))));
}

/** The trace of a job that is sent with something else, as text; undefined when there is none. Its span is over at once. */
export function traceOfSend(job: TracedJob): string | undefined {
  if (!mayBeTraced(undefined)) return undefined;
  const options = { kind: SpanKind.PRODUCER, attributes: attributesOf(job, 'send') };
  const span = startSpan(`send ${job.queue}`, options, context.active());
  if (!isTraced(span)) return undefined;
  span.end();
  return carrierOf(trace.setSpan(context.active(), span));
}

/** A delivery, its attempt counted from 1, and the trace that came with its job. */
export interface TracedDelivery extends TracedJob {
  readonly attempt: number;
  readonly deliveries: number;
  readonly carrier: string | undefined;
}

/**
 * Handles within a span, child of the send's. `failureOf` says why a delivery that came to an end was no success, as the span
 * shows it; undefined for one that was. To be called for what {@link mayBeTraced}; the rest would only be slower.
 */
export function traceDelivery<End, Traced extends TracedDelivery>(
  delivery: Traced,
  handle: () => Promise<End>,
  failureOf: (end: End, delivery: Traced) => string | undefined,
): Promise<End> {
  const sent = contextOf(delivery.carrier);
  const span = startSpan(`process ${delivery.queue}`, optionsOf(delivery), sent);
  if (!isTraced(span)) return handle();
  return ended(
    span,
    () => within(sent, span, handle),
    (end) => failureOf(end, delivery),
  );
}

function within<End>(parent: Context, span: Span, handle: () => Promise<End>): Promise<End> {
  return context.with(trace.setSpan(parent, span), handle);
}

async function ended<Answer>(
  span: Span,
  run: () => Promise<Answer>,
  failureOf: (answer: Answer) => string | undefined = () => undefined,
): Promise<Answer> {
  try {
    const answer = await run();
    const message = failureOf(answer);
    if (message !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message });
    return answer;
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
    throw error;
  } finally {
    span.end();
  }
}

function optionsOf(delivery: TracedDelivery): SpanOptions {
  const attributes = {
    ...attributesOf(delivery, 'process'),
    'acktor.attempt': delivery.attempt,
    'acktor.deliveries': delivery.deliveries,
  };
  return { kind: SpanKind.CONSUMER, attributes };
}

/** By OpenTelemetry's conventions for messaging (semantic conventions 1.30). */
function attributesOf({ queue, name, id }: TracedJob, operation: 'send' | 'process'): Attributes {
  return {
    'messaging.system': 'acktor',
    'messaging.operation.type': operation,
    'messaging.destination.name': queue,
    'messaging.message.id': id,
    'acktor.job': name,
  };
}

/** A cheap check, before what a span needs is gathered: without a provider, an active trace or one that came with the job there is nothing to trace. */
export function mayBeTraced(carrier: string | undefined): boolean {
  if (carrier !== undefined || context.active() !== ROOT_CONTEXT) return true;
  const provider: StandIn = trace.getTracerProvider();
  return provider.getDelegateTracer === undefined || provider.getDelegateTracer(TRACER) !== undefined;
}

/** Until a program registers a provider, a stand-in without a tracer to delegate to is there (OpenTelemetry's API 1.9). */
interface StandIn extends TracerProvider {
  getDelegateTracer?(name: string): Tracer | undefined;
}

/** Whether there is a provider, or a trace of another library to pass on. */
function isTraced(span: Span): boolean {
  return span.isRecording() || trace.isSpanContextValid(span.spanContext());
}

/** Fetched each time: a tracer from before the program registered its provider may never use that provider. */
function startSpan(name: string, options: SpanOptions, parent: Context): Span {
  return trace.getTracer(TRACER).startSpan(name, options, parent);
}

const TRACER = 'acktor';

/** The active trace as text, in the format of the program's propagator (W3C by default); undefined when there is none. */
export function carrierOf(active: Context = context.active()): string | undefined {
  const carrier: Record<string, string> = {};
  propagation.inject(active, carrier);
  return Object.keys(carrier).length === 0 ? undefined : JSON.stringify(carrier);
}

/** The trace that such a text names; the root context for undefined and for any other text. */
export function contextOf(carrier: string | undefined): Context {
  if (carrier === undefined) return ROOT_CONTEXT;
  try {
    return propagation.extract(ROOT_CONTEXT, JSON.parse(carrier) as object);
  } catch {
    return ROOT_CONTEXT;
  }
}
