// Processes that came and went, as the server tells of them.
import type { ProcessNews } from '#protocol/live.js';

const keptForMs = 5 * 60_000;

export class Lately {
  private news: readonly ProcessNews[] = [];
  private readonly listeners = new Set<(news: ProcessNews) => void>();

  /** The latest first. */
  all(nowMs: number): readonly ProcessNews[] {
    return this.news.filter(({ atMs }) => nowMs - atMs < keptForMs).toSorted((one, other) => other.atMs - one.atMs);
  }

  /** The server may tell what it has told before, and more than once. */
  take(told: readonly ProcessNews[]): void {
    const known = new Set(this.news.map(keyOf));
    const fresh: ProcessNews[] = [];
    for (const news of told) {
      if (known.has(keyOf(news))) continue;
      known.add(keyOf(news));
      fresh.push(news);
    }
    if (fresh.length === 0) return;
    this.news = [...this.news, ...fresh].slice(-most);
    for (const news of fresh) for (const listener of this.listeners) listener(news);
  }

  /** Calls back for each that is new. Returns an unsubscribe function. */
  onNews(listener: (news: ProcessNews) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

const most = 200;

const keyOf = ({ workerId, what }: ProcessNews) => `${workerId} ${what}`;
