// The options of `Events`.
import { brokerOptionTable } from '../engine/broker-options.js';
import { defineOptions } from '../options/options.js';
import type { OptionsInput } from '../options/option-spec.js';
import { producerTable } from '../producer/producer-options.js';

const { redis, embedded, namespace, connectTimeoutMs } = brokerOptionTable;
const { maxPayloadBytes, maxPayloadDepth } = producerTable;

const eventsTable = {
  redis,
  embedded,
  namespace,
  connectTimeoutMs,
  maxPayloadBytes,
  maxPayloadDepth,
  onError: {
    type: 'value',
    expected: 'a function (error, event) => void',
    accepts: (value: unknown): value is ListenerErrorHandler => typeof value === 'function',
    doc: 'Called with what a listener throws or rejects with; by default a process warning, one in ten seconds at most.',
  },
} as const;

/** Called with what a listener threw, or rejected with, and the name of the event. */
export type ListenerErrorHandler = (error: unknown, event: string) => void;

/** Checks the options of {@link Events.connect}. */
export const eventsOptions = defineOptions(eventsTable);

/** What {@link Events.connect} takes. */
export type EventsOptions = OptionsInput<typeof eventsTable>;
