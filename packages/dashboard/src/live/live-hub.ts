// Between the fleet and the browsers: one watch, one count, one text for each frame, however many browsers look.
import { randomBytes } from 'node:crypto';
import type { FleetWatcher } from '@acktor/core/engine';
import type { GuardedLog } from '@acktor/core/internal';
import { RequestError } from '../errors.js';
import type { Call } from '../http/route.js';
import type { LiveEvent } from '../protocol/live.js';
import type { QueueHistory } from '../protocol/requests.js';
import type { Sources } from '../sources/sources.js';
import { BrowserStream } from './browser-stream.js';
import { eventText, KEEP_ALIVE } from './event-text.js';
import { FleetPicture } from './fleet-picture.js';
import { FleetWatch } from './fleet-watch.js';
import { FrameLog } from './frame-log.js';
import { QueueLooks } from './queue-looks.js';

export interface LiveHubDeps {
  readonly sources: Sources;
  readonly logger: GuardedLog;
}

/** Tells browsers what happens, ten times a second at most; and looks at the queues, whether anybody is there or not. */
export class LiveHub {
  readonly #deps: LiveHubDeps;
  readonly #picture: FleetPicture;
  readonly #watch: FleetWatch;
  readonly #looks: QueueLooks;
  readonly #browsers = new Set<BrowserStream>();
  readonly #log = new FrameLog(randomBytes(6).toString('hex'));
  readonly #timers: readonly NodeJS.Timeout[];
  #sequence = 1;
  #connection: 'away' | 'back' = 'back';
  /** When something came from the server last. */
  #seenAtMs = Date.now();
  #isSecondDue = false;
  #secondAtMs = 0;

  constructor(deps: LiveHubDeps) {
    const { sources, logger } = deps;
    this.#deps = deps;
    const onFailure = (error: unknown) => logger.warn({ err: error }, 'the fleet could not be looked at');
    this.#picture = new FleetPicture({ sources, logger, onChart: () => this.#startOver() });
    this.#watch = new FleetWatch({ fleet: sources.fleet, watcher: this.#watcher(), onFailure });
    this.#looks = new QueueLooks({
      look: () => this.#look(),
      isHurried: () => this.#browsers.size > 0,
      onFailure,
    });
    this.#timers = [setInterval(() => this.#tick(), FRAME_MS), setInterval(() => this.#remark(), KEEP_ALIVE_MS)];
    for (const timer of this.#timers) timer.unref();
  }

  /** The last quarter of an hour of a queue; empty for one that was not seen. */
  history(queue: string): QueueHistory {
    return this.#picture.queues.history(queue);
  }

  /** Streams to a browser until it goes. @throws RequestError when there are too many already. */
  async join({ request, response, session }: Call): Promise<void> {
    if (this.#browsers.size >= MOST_BROWSERS)
      throw new RequestError(503, 'ACKTOR_TOO_MANY_STREAMS', `${MOST_BROWSERS} browsers look already`);
    if (!this.#watch.isOn) await this.#lookAround();
    if (response.destroyed) return;
    if (!this.#watch.isOn) this.#picture.beginsToHear();
    this.#watch.begin();
    const browser = new BrowserStream(request, response, session);
    this.#browsers.add(browser);
    browser.onClosed(() => this.#leave(browser));
    this.#greet(browser, request.headers['last-event-id']);
  }

  /** Ends all streams. May be called twice. */
  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#looks.close();
    this.#watch.end();
    for (const browser of this.#browsers) browser.end();
  }

  #greet(browser: BrowserStream, lastEventId: string | string[] | undefined): void {
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

  /** What everybody says now, for the first of the browsers: until then nothing was heard. */
  async #lookAround(): Promise<void> {
    try {
      this.#picture.replace(await this.#deps.sources.fleet.workers());
      await this.#looks.now();
    } catch (error) {
      this.#deps.logger.warn({ err: error }, 'the fleet could not be asked');
    }
  }

  async #look(): Promise<void> {
    const { fleet, queues } = this.#deps.sources;
    // Nobody publishes while nobody watches: then the workers' counts have to be asked for.
    if (!this.#watch.isOn) this.#picture.replace(await fleet.workers());
    this.#picture.look(await queues.queues());
    this.#picture.deaths(await queues.deaths());
    this.#seenAtMs = Date.now();
    this.#isSecondDue = true;
  }

  #tick(): void {
    if (this.#browsers.size === 0 || this.#connection === 'away') return;
    this.#picture.wantCharts();
    // The queues may take long to be looked at; what is known of processes must not grow old with them.
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
      onConnection: (state) => this.#heed(state),
      onDropped: ({ count, total, last, error }) =>
        this.#deps.logger.warn(
          { count, total, last, err: error },
          'messages of the fleet did not fit, and were dropped',
        ),
    };
  }

  #heed(state: 'away' | 'back'): void {
    if (state === this.#connection) return;
    this.#connection = state;
    this.#deps.logger[state === 'away' ? 'warn' : 'info']({}, `the server is ${state}`);
    this.#broadcast('connection', this.#connectionText());
    // The watch judges who is gone: in this moment most workers have not come back themselves.
    if (state === 'back') void this.#looks.now().then(() => this.#startOver());
  }

  /** Replaces all that every browser knows. */
  #startOver(): void {
    this.#picture.takeFrame(this.#sequence, false);
    this.#sequence += 1;
    this.#log.clear();
    this.#broadcast('snapshot', this.#catchUpText());
  }

  #broadcast(type: LiveEvent['type'], text: string): void {
    let catchUp: string | undefined;
    for (const browser of this.#browsers) browser.offer(type, text, () => (catchUp ??= this.#catchUpText()));
  }

  #remark(): void {
    for (const browser of this.#browsers) browser.remark(KEEP_ALIVE);
  }

  /** All there is to know now. */
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
