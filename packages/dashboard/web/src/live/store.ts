// Joins the stream to the page: frames change the model as they come, the page looks at it when one has come.
import { useSyncExternalStore } from 'react';
import type { LiveEvent } from '#protocol/live.js';
import { FleetModel } from './fleet-model.js';
import { openLiveStream, type LiveStream } from './live-stream.js';

/** What the page shows of its own connection. */
export type Link =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  /** The stream is broken; the browser tries again by itself. */
  | { readonly state: 'disconnected'; readonly lastAtMs: number | undefined }
  /** The server answers, but Redis does not answer it. */
  | { readonly state: 'redisAway'; readonly lastAtMs: number | undefined };

/** Less than the time between two frames: one that has come is seen with the next picture, and not a tenth of a second later. */
const beatMs = 50;
/** The server ends every stream after a while, and the next one is there at once: nobody needs to hear of that. */
const brokenForMs = 2_000;

export class LiveStore {
  readonly model = new FleetModel();
  link: Link = { state: 'connecting' };
  private readonly listeners = new Set<() => void>();
  private version = 0;
  private hasChanged = false;
  private lastBeatMs = 0;
  private lastFrameAtMs: number | undefined;
  private stream: LiveStream | undefined;
  private breaking: ReturnType<typeof setTimeout> | undefined;

  start(): void {
    this.stream = openLiveStream({
      onEvent: (event) => {
        if (event.type === 'connection') this.takeConnection(event);
        else if (event.type === 'snapshot') {
          this.model.replace(event.snapshot);
          this.setLink('live');
        } else if (!this.model.apply(event.frame)) this.stream?.restart();
        if (event.type !== 'connection') this.lastFrameAtMs = Date.now();
        this.hasChanged = true;
      },
      onBroken: () => {
        this.breaking ??= setTimeout(() => this.setLink('disconnected'), brokenForMs);
      },
      // The page that is loaded anew asks who is there.
      onRefused: () => location.reload(),
    });
    requestAnimationFrame(this.beat);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly currentVersion = (): number => this.version;

  /** A page that is opened while Redis is away has seen a picture, but none of now. */
  private takeConnection({ state, atMs, seenAtMs }: Extract<LiveEvent, { type: 'connection' }>): void {
    if (state === 'away') this.lastFrameAtMs = Date.now() - Math.max(0, atMs - seenAtMs);
    this.setLink(state === 'away' ? 'redisAway' : 'live');
  }

  private setLink(state: 'live' | 'disconnected' | 'redisAway'): void {
    clearTimeout(this.breaking);
    this.breaking = undefined;
    this.link = state === 'live' ? { state } : { state, lastAtMs: this.lastFrameAtMs };
    this.hasChanged = true;
  }

  // Time passes for durations on the page even when no frame comes, but a second's grain is enough for that.
  private readonly beat = (atMs: number): void => {
    requestAnimationFrame(this.beat);
    if (atMs - this.lastBeatMs < (this.hasChanged ? beatMs : 1_000)) return;
    this.lastBeatMs = atMs;
    this.hasChanged = false;
    this.version++;
    this.model.sample();
    for (const listener of this.listeners) listener();
  };
}

export const liveStore = new LiveStore();

/** The fleet as it stands, and again whenever it changed. The model is changed in place: do not keep parts of it. */
export function useFleet(): FleetModel {
  useSyncExternalStore(liveStore.subscribe, liveStore.currentVersion);
  return liveStore.model;
}

export function useLink(): Link {
  useSyncExternalStore(liveStore.subscribe, liveStore.currentVersion);
  return liveStore.link;
}
