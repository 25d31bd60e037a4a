// Who is connected to an embedded server, as the server lists it.
import type { ServerLine } from './server-line.js';

/** The name under which every process that shares a server holds one connection to it. */
export const SHARE_NAME = 'acktor-share';

/** The name of the connection of the process that ends a server which nobody uses any more. */
export const WATCHER_NAME = 'acktor-watcher';

export interface ServerUsers {
  /** The names of the connections, empty for one without; watchers' are left out. */
  readonly names: readonly string[];
  /** The ids of the connections of watchers; a later one has a higher id. */
  readonly watcherIds: readonly number[];
}

/** Reads what `CLIENT LIST` answers, but for the connection with this id. */
export function readUsers(list: string, ownId?: string | number): ServerUsers {
  const entries = list.split('\n').flatMap((entry) => {
    const [, id] = /^id=(\d+) /.exec(entry) ?? [];
    if (id === undefined || id === String(ownId)) return [];
    return [{ id: Number(id), name: / name=(\S*)/.exec(entry)?.[1] ?? '' }];
  });
  return {
    names: entries.filter(({ name }) => name !== WATCHER_NAME).map(({ name }) => name),
    watcherIds: entries.filter(({ name }) => name === WATCHER_NAME).map(({ id }) => id),
  };
}

/** Undefined when the server is too busy to say, or has ended. */
export async function listUsers(line: ServerLine): Promise<ServerUsers | undefined> {
  const ownId = await line.ask('CLIENT ID');
  const list = await line.ask('CLIENT LIST');
  return ownId === undefined || list === undefined ? undefined : readUsers(list, ownId);
}
