// A middleware file as a user's build leaves it: what it does to a result shows which of its two ran within the other.
import type { Middleware } from '@acktor/worker';
import type { task } from './tasks.js';

type OfTask = Middleware<typeof task>;

const addOne: OfTask = async (_delivery, next) => changed(await next(), (fence) => fence + 1);
const timesTen: OfTask = async (_delivery, next) => changed(await next(), (fence) => fence * 10);

function changed(result: unknown, by: (fence: number) => number): object {
  const { pid, fence } = result as { readonly pid: number; readonly fence: number };
  return { pid, fence: by(fence) };
}

export const use = [addOne, timesTen];
