// Joins the live stream to the page: events change the fleet as they come, and React renders it soon after.
import { useSyncExternalStore } from 'react';
import type { LiveEvent } from '#protocol/live.js';
import { read, RequestError } from '../requests/request.js';
import { LiveFleet } from './live-fleet.js';

/** The state of the page's connection. */
export type Link =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  /** The stream is broken; the browser connects again by itself. */
  | { readonly state: 'disconnected'; readonly lastAtMs: number | undefined }
  /** The server answers, but Redis does not answer it. */
  | { readonly state: 'redisAway'; readonly lastAtMs: number | undefined };

/** Less than the time between two frames: each is rendered before the next comes. */
const renderMs = 50;
/** The server ends every stream after a while, and the next is there at once: a break that short is not shown. */
const brokenForMs = 2_000;

export class LiveStore {
  readonly fleet = new LiveFleet();
  link: Link = { state: 'connecting' };
  readonly #listeners = new Set<() => void>();
  #version = 0;
  #hasChanged = false;
  #lastTickMs = 0;
  #lastFrameAtMs: number | undefined;
  #stream: LiveStream | undefined;
  #breaking: ReturnType<typeof setTimeout> | undefined;

  start(): void {
    this.#stream = openLiveStream({
      onEvent: (event) => {
        if (event.type === 'connection') this.#takeConnection(event);
        else if (event.type === 'snapshot') {
          this.fleet.replace(event.snapshot);
          this.#setLink('live');
        } else if (!this.fleet.apply(event.frame)) this.#stream?.restart();
        if (event.type !== 'connection') this.#lastFrameAtMs = Date.now();
        this.#hasChanged = true;
      },
      onBroken: () => {
        this.#breaking ??= setTimeout(() => this.#setLink('disconnected'), brokenForMs);
      },
      // The page that is loaded again requests its session, or shows the form to sign in.
      onRefused: () => location.reload(),
    });
    requestAnimationFrame(this.#tick);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly currentVersion = (): number => this.#version;

  /** A page that is opened while Redis is away gets a snapshot, but an old one. */
  #takeConnection({ state, atMs, seenAtMs }: Extract<LiveEvent, { type: 'connection' }>): void {
    if (state === 'away') this.#lastFrameAtMs = Date.now() - Math.max(0, atMs - seenAtMs);
    this.#setLink(state === 'away' ? 'redisAway' : 'live');
  }

  #setLink(state: 'live' | 'disconnected' | 'redisAway'): void {
    clearTimeout(this.#breaking);
    this.#breaking = undefined;
    this.link = state === 'live' ? { state } : { state, lastAtMs: this.#lastFrameAtMs };
    this.#hasChanged = true;
  }

  // Durations on the page grow also while no frame comes; once a second is enough for them.
  readonly #tick = (atMs: number): void => {
    requestAnimationFrame(this.#tick);
    if (atMs - this.#lastTickMs < (this.#hasChanged ? renderMs : 1_000)) return;
    this.#lastTickMs = atMs;
    this.#hasChanged = false;
    this.#version++;
    this.fleet.sample();
    for (const listener of this.#listeners) listener();
  };
}

export const liveStore = new LiveStore();

/** The fleet; renders again when it has changed. It is changed in place: do not keep parts of it. */
export function useFleet(): LiveFleet {
  useSyncExternalStore(liveStore.subscribe, liveStore.currentVersion);
  return liveStore.fleet;
}

export function useLink(): Link {
  useSyncExternalStore(liveStore.subscribe, liveStore.currentVersion);
  return liveStore.link;
}

interface LiveListener {
  onEvent(event: LiveEvent): void;
  onBroken(): void;
  /** Called when the session has ended, or the dashboard's tokens have changed. */
  onRefused(): void;
}

interface LiveStream {
  /** Requests a new snapshot, after a gap. */
  restart(): void;
}

const firstRetryMs = 500;
const longestRetryMs = 5_000;

/** Opens the server's event stream, and again whenever it breaks. */
function openLiveStream(listener: LiveListener): LiveStream {
  let source: EventSource | undefined;
  let retryMs = firstRetryMs;
  const open = () => {
    source?.close();
    source = new EventSource('api/live');
    for (const type of ['snapshot', 'frame', 'connection'] as const) {
      source.addEventListener(type, (message: MessageEvent<string>) => {
        retryMs = firstRetryMs;
        listener.onEvent(JSON.parse(message.data) as LiveEvent);
      });
    }
    source.addEventListener('error', () => {
      listener.onBroken();
      // A stream that broke is opened again by the browser, with the id of its last event; one that was refused stays closed.
      if (source?.readyState !== EventSource.CLOSED) return;
      void isRefused().then((isOver) => (isOver ? listener.onRefused() : undefined));
      setTimeout(open, retryMs);
      retryMs = Math.min(longestRetryMs, retryMs * 2);
    });
  };
  open();
  return { restart: open };
}

/** An event source does not have the status of a refusal. */
async function isRefused(): Promise<boolean> {
  return read('api/session').then(
    () => false,
    (error: unknown) => error instanceof RequestError && error.status === 401,
  );
}
