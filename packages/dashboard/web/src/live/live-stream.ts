// The server's event stream, opened again whenever it breaks.
import type { LiveEvent } from '#protocol/live.js';
import { read, RequestError } from '../requests/request.js';

export interface LiveListener {
  onEvent(event: LiveEvent): void;
  onBroken(): void;
  /** Whoever looks is nobody any more: the session has ended, or the dashboard has other tokens now. */
  onRefused(): void;
}

export interface LiveStream {
  /** Asks for a new snapshot, after a gap. */
  restart(): void;
}

const firstRetryMs = 500;
const longestRetryMs = 5_000;

export function openLiveStream(listener: LiveListener): LiveStream {
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
      // One that broke is opened again by the browser, which says what it had last; one that was refused stays closed.
      if (source?.readyState !== EventSource.CLOSED) return;
      void isRefused().then((isOver) => (isOver ? listener.onRefused() : undefined));
      setTimeout(open, retryMs);
      retryMs = Math.min(longestRetryMs, retryMs * 2);
    });
  };
  open();
  return { restart: open };
}

/** An event source does not say why it was refused. */
async function isRefused(): Promise<boolean> {
  return read('api/session').then(
    () => false,
    (error: unknown) => error instanceof RequestError && error.status === 401,
  );
}
