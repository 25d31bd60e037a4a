// The worker's end of the fleet's conversation: hears what is asked of its process, and says what is to be said.

/** What somebody who looks at the fleet asks of a worker process. */
export type FleetAsk =
  /** Say how you stand. The answer goes `to` the asker and names the `ask`. */
  | { readonly type: 'report'; readonly to: string; readonly ask: string }
  | { readonly type: 'machine'; readonly to: string; readonly ask: string; readonly machineId: string }
  /** Somebody watches, and says so again every few seconds. */
  | { readonly type: 'watch' };

/** A line on connections that stand already. It costs the server nothing while nobody asks. */
export interface FleetLine {
  /** Hears what is asked, again by itself after a reconnect, and tells whoever watches that this process is there. */
  listen(onAsk: (ask: FleetAsk) => void): Promise<void>;
  /** Says something to one asker. Never throws: what cannot be said now is not worth saying later. */
  answer(to: string, text: string): void;
  /** Says something to all who watch. Resolves when the server has it, or will not have it; never rejects. */
  tell(text: string): Promise<void>;
  /** Tells all who watch that this process takes its leave. Never rejects. */
  leave(): Promise<void>;
}
