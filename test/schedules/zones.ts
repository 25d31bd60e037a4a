// The zones of the tz database, and when their clocks change.

/** A moment at which a clock is put forward, or back. */
export interface Transition {
  readonly atMs: number;
  /** Above 0 when it is put forward. */
  readonly shiftMs: number;
}

/** One zone for each way in which clocks change between these times, with those changes: zones whose clocks are alike behave alike. */
export function zonesByClock(fromMs: number, untilMs: number): ReadonlyMap<string, readonly Transition[]> {
  const zones = new Map<string, readonly Transition[]>();
  const seen = new Set<string>();
  for (const zone of Intl.supportedValuesOf('timeZone')) {
    const changes = transitionsOf(zone, fromMs, untilMs);
    const key = JSON.stringify([offsetMs(zone, fromMs), changes]);
    if (seen.has(key)) continue;
    seen.add(key);
    zones.set(zone, changes);
  }
  return zones;
}

/** When the clock of a zone changes, to the minute. */
export function transitionsOf(zone: string, fromMs: number, untilMs: number): readonly Transition[] {
  const found: Transition[] = [];
  for (let at = fromMs; at < untilMs; at += STEP_MS) {
    const shiftMs = offsetMs(zone, at + STEP_MS) - offsetMs(zone, at);
    if (shiftMs !== 0) found.push({ atMs: firstAfter(zone, at), shiftMs });
  }
  return found;
}

function firstAfter(zone: string, fromMs: number): number {
  const before = offsetMs(zone, fromMs);
  let [low, high] = [fromMs, fromMs + STEP_MS];
  while (high - low > MINUTE_MS) {
    const middle = low + Math.floor((high - low) / 2 / MINUTE_MS) * MINUTE_MS;
    if (offsetMs(zone, middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

/** How far the zone's clock is ahead of UTC. */
export function offsetMs(zone: string, atMs: number): number {
  const parts = formatOf(zone).formatToParts(atMs);
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value);
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour') % 24, part('minute'));
  return local - Math.floor(atMs / MINUTE_MS) * MINUTE_MS;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const numeric = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
  const format = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', ...numeric });
  formats.set(timeZone, format);
  return format;
}

const MINUTE_MS = 60_000;
/** No clock changes twice within it. */
const STEP_MS = 5 * 24 * 60 * MINUTE_MS;
