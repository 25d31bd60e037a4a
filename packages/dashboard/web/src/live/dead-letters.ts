// The dead letters by reason, read once for all of the page, so that all its parts agree on how many there are and how many are new.
import { useEffect, useSyncExternalStore } from 'react';
import type { DeadLetterGroup } from '#protocol/requests.js';
import { read, RequestError, type Answer } from '../requests/request.js';
import { liveStore } from './store.js';

const everyMs = 10_000;
const storedAs = 'acktor-dead-letters-seen';

type Groups = readonly DeadLetterGroup[];

/** What was seen is stored in the browser: people have seen different ones. */
class DeadLetterStore {
  answer: Answer<Groups> = { state: 'loading' };
  readonly #listeners = new Set<() => void>();
  #namespace = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #counted = -1;
  #request = 0;

  /** Reads every ten seconds, and whenever the number in the queues changes. Returns a function that ends it. */
  start(namespace: string): () => void {
    this.#namespace = namespace;
    this.again();
    const stop = liveStore.subscribe(() => this.#compareCount());
    return () => {
      stop();
      clearTimeout(this.#timer);
    };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly again = (): void => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.again, everyMs);
    const request = ++this.#request;
    const take = (answer: Answer<Groups>) => {
      // The answer to an earlier request may come later.
      if (request === this.#request) this.#show(answer);
    };
    read<Groups>(`api/dead-letters?since=${this.#seenUntilMs()}`).then(
      (value) => take({ state: 'here', value }),
      (error: unknown) => {
        if (error instanceof RequestError) take({ state: 'failed', error });
      },
    );
  };

  /** From now on none of those that are known is new. */
  readonly markSeen = (): void => {
    if (this.answer.state !== 'here') return;
    const latestMs = Math.max(...this.answer.value.map(({ lastAtMs }) => lastAtMs), this.#seenUntilMs());
    localStorage.setItem(this.#key(), String(latestMs));
    this.#show({ state: 'here', value: this.answer.value.map((group) => ({ ...group, freshCount: 0 })) });
  };

  #compareCount(): void {
    const counted = liveStore.fleet.queues.reduce((sum, { deadLetters }) => sum + deadLetters, 0);
    if (counted === this.#counted) return;
    this.#counted = counted;
    this.again();
  }

  #show(answer: Answer<Groups>): void {
    this.answer = answer;
    for (const listener of this.#listeners) listener();
  }

  #seenUntilMs(): number {
    const kept = Number(localStorage.getItem(this.#key()));
    return Number.isSafeInteger(kept) && kept > 0 ? kept : 0;
  }

  #key(): string {
    return `${storedAs} ${location.pathname} ${this.#namespace}`;
  }
}

export const deadLetterStore = new DeadLetterStore();

export function useDeadLetters(): readonly [Answer<Groups>, () => void] {
  return [useSyncExternalStore(deadLetterStore.subscribe, () => deadLetterStore.answer), deadLetterStore.again];
}

/** How many have died since they were last seen in this browser; 0 while that is not known. */
export function freshIn(answer: Answer<Groups>, queue?: string): number {
  if (answer.state !== 'here') return 0;
  const groups = answer.value.filter((group) => queue === undefined || group.queue === queue);
  return groups.reduce((sum, { freshCount }) => sum + freshCount, 0);
}

/** Marks them as seen once they have been shown for a moment in a visible tab. */
export function useSeeing(isAllShown: boolean): void {
  const [answer] = useDeadLetters();
  const fresh = freshIn(answer);
  useEffect(() => {
    if (!isAllShown || fresh === 0) return undefined;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') deadLetterStore.markSeen();
    }, seenAfterMs);
    return () => clearInterval(timer);
  }, [isAllShown, fresh]);
}

const seenAfterMs = 2_000;
