// The dead letters by reason, read for all of the page: whoever counts them counts the same, and agrees on what is new.
import { useEffect, useSyncExternalStore } from 'react';
import type { DeadLetterGroup } from '#protocol/requests.js';
import { read, RequestError } from '../requests/request.js';
import type { Answer } from '../requests/use-answer.js';
import { liveStore } from './store.js';

const everyMs = 10_000;
const storedAs = 'acktor-dead-letters-seen';

type Groups = readonly DeadLetterGroup[];

/** What this browser has seen is kept in it: somebody else may not have. */
class DeadLetterStore {
  answer: Answer<Groups> = { state: 'loading' };
  private readonly listeners = new Set<() => void>();
  private namespace = '';
  private timer: ReturnType<typeof setTimeout> | undefined;
  private counted = -1;
  private asked = 0;

  /** Reads every ten seconds, and whenever the queues count another number. Answers what ends it. */
  start(namespace: string): () => void {
    this.namespace = namespace;
    this.again();
    const stop = liveStore.subscribe(() => this.lookAtCount());
    return () => {
      stop();
      clearTimeout(this.timer);
    };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly again = (): void => {
    clearTimeout(this.timer);
    this.timer = setTimeout(this.again, everyMs);
    const asked = ++this.asked;
    const take = (answer: Answer<Groups>) => {
      // What was asked earlier may be answered later.
      if (asked === this.asked) this.show(answer);
    };
    read<Groups>(`api/dead-letters?since=${this.seenUntilMs()}`).then(
      (value) => take({ state: 'here', value }),
      (error: unknown) => {
        if (error instanceof RequestError) take({ state: 'failed', error });
      },
    );
  };

  /** From now on nothing of what is known now is new. */
  readonly markSeen = (): void => {
    if (this.answer.state !== 'here') return;
    const latestMs = Math.max(...this.answer.value.map(({ lastAtMs }) => lastAtMs), this.seenUntilMs());
    localStorage.setItem(this.key(), String(latestMs));
    this.show({ state: 'here', value: this.answer.value.map((group) => ({ ...group, freshCount: 0 })) });
  };

  private lookAtCount(): void {
    const counted = liveStore.model.queues.reduce((sum, { deadLetters }) => sum + deadLetters, 0);
    if (counted === this.counted) return;
    this.counted = counted;
    this.again();
  }

  private show(answer: Answer<Groups>): void {
    this.answer = answer;
    for (const listener of this.listeners) listener();
  }

  private seenUntilMs(): number {
    const kept = Number(localStorage.getItem(this.key()));
    return Number.isSafeInteger(kept) && kept > 0 ? kept : 0;
  }

  private key(): string {
    return `${storedAs} ${location.pathname} ${this.namespace}`;
  }
}

export const deadLetterStore = new DeadLetterStore();

export function useDeadLetters(): readonly [Answer<Groups>, () => void] {
  return [useSyncExternalStore(deadLetterStore.subscribe, () => deadLetterStore.answer), deadLetterStore.again];
}

/** How many have died since somebody looked at them in this browser; 0 while that is not known. */
export function freshIn(answer: Answer<Groups>, queue?: string): number {
  if (answer.state !== 'here') return 0;
  const groups = answer.value.filter((group) => queue === undefined || group.queue === queue);
  return groups.reduce((sum, { freshCount }) => sum + freshCount, 0);
}

/** Takes them for seen once they have been shown for a moment, to somebody who could look. */
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
