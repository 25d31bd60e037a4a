// How a cancel reaches the worker that has the job: the channel's name and the words on it.
import { LONGEST_ID } from '../../../../contract/names.js';
import { count, MISFIT, optional, readForeignJson, shape, text } from '../../../../foreign-text/reader.js';
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
export function readControlMessage(json: string): ControlMessage | undefined {
  const read = readForeignJson(json, message, MOST_CHARS);
  return read === MISFIT ? undefined : read;
}

const message = shape<ControlMessage>({ cancel: text(LONGEST_ID), why: text(), fence: optional(count) });

/** More than the longest id and reason, written as JSON. */
const MOST_CHARS = 16_384;
