// Whether what the page shows is of now, or of when something was heard last.

export interface Feed {
  /** When the server wrote what came last, by its clock. */
  readonly heardAtMs: number;
  /** The server's time now. */
  nowMs(): number;
}

/** The server says something every second: what is older than two was late on its way. */
export const freshForMs = 2_000;

/** The moment that all of the page is true for. */
export function knownUntilMs({ heardAtMs }: Feed, nowMs: number): number {
  return nowMs - heardAtMs > freshForMs ? heardAtMs : nowMs;
}
