// Between the fleet and the browsers: one watch, one count, one text for each frame, however many browsers are connected.
import { randomBytes } from 'node:crypto';
import type { FleetWatcher } from '@acktor/core/engine';
import type { GuardedLog } from '@acktor/core/internal';
import { RequestError } from '../errors.js';
import type { Call } from '../http/route.js';
import type { LiveEvent } from '../protocol/live.js';
import type { QueueHistory } from '../protocol/requests.js';
import type { Sources } from '../sources.js';
import { BrowserStream } from './browser-stream.js';
import { EventLog, eventText, KEEP_ALIVE } from './event-log.js';
import { FleetPicture } from './fleet-picture.js';
import { FleetWatch } from './fleet-watch.js';
import { QueuePolls } from './queue-polls.js';

export interface LiveHubDeps {
  readonly sources: Sources;
  readonly logger: GuardedLog;
}

/** Sends browsers what happens, ten times a second at most; and polls the queues, whether a browser is connected or not. */
export class LiveHub {
  readonly #deps: LiveHubDeps;
  readonly #picture: FleetPicture;
  readonly #watch: FleetWatch;
  readonly #polls: QueuePolls;
  readonly #browsers = new Set<BrowserStream>();
  readonly #log = new EventLog(randomBytes(6).toString('hex'));
  readonly #timers: readonly NodeJS.Timeout[];
  #sequence = 1;
  #connection: 'away' | 'back' = 'back';
  /** When Redis last answered, or published something. */
  #seenAtMs = Date.now();
  #isSecondDue = false;
  #secondAtMs = 0;

  constructor(deps: LiveHubDeps) {
    const { sources, logger } = deps;
    this.#deps = deps;
    const onFailure = (error: unknown) => logger.warn({ err: error }, 'the fleet could not be looked at');
    this.#picture = new FleetPicture({ sources, logger, onChart: () => this.#resend() });
    this.#watch = new FleetWatch({ fleet: sources.fleet, watcher: this.#watcher(), onFailure });
    this.#polls = new QueuePolls({
      poll: () => this.#poll(),
      isWatched: () => this.#browsers.size > 0,
      onFailure,
    });
    this.#timers = [setInterval(() => this.#tick(), FRAME_MS), setInterval(() => this.#keepAlive(), KEEP_ALIVE_MS)];
    for (const timer of this.#timers) timer.unref();
  }

  /** The last quarter of an hour of a queue; empty for one that does not exist. */
  history(queue: string): QueueHistory {
    return this.#picture.queues.history(queue);
  }

  /** Streams to a browser until it disconnects. @throws RequestError when too many are connected already. */
  async join({ request, response, session }: Call): Promise<void> {
    if (this.#browsers.size >= MOST_BROWSERS)
      throw new RequestError(503, 'ACKTOR_TOO_MANY_STREAMS', `${MOST_BROWSERS} browsers look already`);
    if (!this.#watch.isOn) await this.#readAll();
    if (response.destroyed) return;
    if (!this.#watch.isOn) this.#picture.beginWatch();
    this.#watch.begin();
    const browser = new BrowserStream(request, response, session);
    this.#browsers.add(browser);
    browser.onClosed(() => this.#leave(browser));
    this.#sendFirst(browser, request.headers['last-event-id']);
  }

  /** Ends all streams. May be called twice. */
  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#polls.close();
    this.#watch.end();
    for (const browser of this.#browsers) browser.end();
  }

  /** What a browser needs to be up to date: the frames that it missed, or a snapshot. */
  #sendFirst(browser: BrowserStream, lastEventId: string | string[] | undefined): void {
    const seen = typeof lastEventId === 'string' ? lastEventId : undefined;
    const missed = this.#log.after(seen, this.#sequence);
    const catchUp = () => this.#catchUpText();
    if (missed === undefined) browser.offer('snapshot', catchUp(), catchUp);
    else browser.offer('frame', missed.join(''), catchUp);
  }

  #leave(browser: BrowserStream): void {
    this.#browsers.delete(browser);
    if (this.#browsers.size === 0) this.#watch.endSoon();
  }

  /** The fleet and the queues as they are now, for the first browser: without a watch nothing is published. */
  async #readAll(): Promise<void> {
    try {
      this.#picture.replace(await this.#deps.sources.fleet.workers());
      await this.#polls.now();
    } catch (error) {
      this.#deps.logger.warn({ err: error }, 'the fleet could not be asked');
    }
  }

  async #poll(): Promise<void> {
    const { fleet, queues } = this.#deps.sources;
    // Without a watch workers publish nothing: their counts have to be fetched.
    if (!this.#watch.isOn) this.#picture.replace(await fleet.workers());
    this.#picture.depths(await queues.queues());
    this.#picture.deaths(await queues.deaths());
    this.#seenAtMs = Date.now();
    this.#isSecondDue = true;
  }

  #tick(): void {
    if (this.#browsers.size === 0 || this.#connection === 'away') return;
    this.#picture.fetchCharts();
    // A poll of the queues may take long; what is known of processes must not grow old with them.
    const isSecond = this.#isSecondDue || Date.now() - this.#secondAtMs >= SECOND_MS;
    const frame = this.#picture.takeFrame(this.#sequence + 1, isSecond);
    if (frame === undefined) return;
    if (isSecond) [this.#isSecondDue, this.#secondAtMs] = [false, frame.atMs];
    this.#sequence = frame.sequence;
    const text = this.#textOf({ type: 'frame', frame });
    this.#log.add(this.#sequence, text);
    this.#broadcast('frame', text);
  }

  #watcher(): FleetWatcher {
    return {
      onReport: (report) => {
        this.#seenAtMs = Date.now();
        this.#picture.report(report);
      },
      onFrame: (frame) => {
        this.#seenAtMs = Date.now();
        this.#picture.frame(frame);
      },
      onGone: (workerId, how) => this.#picture.gone(workerId, how),
      onConnection: (state) => this.#setConnection(state),
      onDropped: ({ count, total, last, error }) =>
        this.#deps.logger.warn(
          { count, total, last, err: error },
          'messages of the fleet did not fit, and were dropped',
        ),
    };
  }

  #setConnection(state: 'away' | 'back'): void {
    if (state === this.#connection) return;
    this.#connection = state;
    this.#deps.logger[state === 'away' ? 'warn' : 'info']({}, `the server is ${state}`);
    this.#broadcast('connection', this.#connectionText());
    // The watch judges which workers are gone: at this moment most of them are not connected again themselves.
    if (state === 'back') void this.#polls.now().then(() => this.#resend());
  }

  /** Sends a snapshot to every browser: it replaces all that they know. */
  #resend(): void {
    this.#picture.takeFrame(this.#sequence, false);
    this.#sequence += 1;
    this.#log.clear();
    this.#broadcast('snapshot', this.#catchUpText());
  }

  #broadcast(type: LiveEvent['type'], text: string): void {
    let catchUp: string | undefined;
    for (const browser of this.#browsers) browser.offer(type, text, () => (catchUp ??= this.#catchUpText()));
  }

  #keepAlive(): void {
    for (const browser of this.#browsers) browser.comment(KEEP_ALIVE);
  }

  /** All that a browser can know now. */
  #catchUpText(): string {
    const snapshot = this.#textOf({ type: 'snapshot', snapshot: this.#picture.snapshot(this.#sequence) });
    return this.#connection === 'away' ? snapshot + this.#connectionText() : snapshot;
  }

  #connectionText(): string {
    return this.#textOf({ type: 'connection', state: this.#connection, atMs: Date.now(), seenAtMs: this.#seenAtMs });
  }

  #textOf(event: LiveEvent): string {
    return eventText(event, this.#log.idOf(this.#sequence));
  }
}

const FRAME_MS = 100;
const SECOND_MS = 1_000;
const KEEP_ALIVE_MS = 15_000;
const MOST_BROWSERS = 200;
