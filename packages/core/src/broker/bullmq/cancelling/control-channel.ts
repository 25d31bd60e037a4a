// How a cancel reaches the worker that has the job: the channel's name and the words on it.
import { queueKeys, type QueuePlace } from '../queue-keys.js';

/** What is said on a queue's control channel. */
export interface ControlMessage {
  /** The id of the job to let go. */
  readonly cancel: string;
  readonly why: string;
  /** Which delivery was under way when the job was cancelled. Left out by older producers. */
  readonly fence?: number;
}

/** The pub/sub channel to SUBSCRIBE to, one for each queue of each database. */
export function controlChannel(namespace: string, queue: string, place: QueuePlace = {}): string {
  return queueKeys(namespace, queue, place).control;
}

/** Undefined for anything else that somebody may have published there; never throws. */
export function readControlMessage(text: string): ControlMessage | undefined {
  try {
    const { cancel, why, fence } = JSON.parse(text) as Partial<Record<keyof ControlMessage, unknown>>;
    if (typeof cancel !== 'string' || typeof why !== 'string') return undefined;
    return { cancel, why, ...(typeof fence === 'number' && { fence }) };
  } catch {
    return undefined;
  }
}
