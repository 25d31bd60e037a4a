// Says aloud that a process has died, when it happens.
import { liveStore } from '../live/store.js';
import { announce } from '../notice/announcer.js';
import { newsWords } from '../live/news-words.js';

/** What a page that has just been opened learns of the past is in its list. */
const newsForMs = 10_000;

/** Answers what ends it. */
export function announceDeaths(): () => void {
  const { model } = liveStore;
  return model.lately.onNews((news) => {
    if (news.what === 'died' && model.nowMs() - news.atMs < newsForMs) announce(`Process ${newsWords(news)}.`);
  });
}
