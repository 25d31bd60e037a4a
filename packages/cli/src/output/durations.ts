// Spans of time in as few words as a table has room for.

/** `340 ms`, `3.2 s`, `4 min 10 s`, `2 h 5 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const [unit, part] = UNITS.find(({ 0: { ms: least } }) => ms >= least) ?? SMALLEST;
  const rest = Math.floor((ms % unit.ms) / part.ms);
  return `${Math.floor(ms / unit.ms)} ${unit.name}${rest > 0 ? ` ${rest} ${part.name}` : ''}`;
}

/** How long ago, or `-`. */
export function since(atMs: number | undefined, nowMs: number): string {
  return atMs === undefined ? '-' : duration(nowMs - atMs);
}

/** How long until then, or `-`. */
export function until(atMs: number | undefined, nowMs: number): string {
  return atMs === undefined ? '-' : duration(atMs - nowMs);
}

/** `2026-03-01 12:30:05`, in the reader's time zone; or `-`. */
export function clockTime(atMs: number | undefined): string {
  if (atMs === undefined) return '-';
  const date = new Date(atMs);
  const two = (part: number) => String(part).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}

const DAY = { name: 'd', ms: 86_400_000 };
const HOUR = { name: 'h', ms: 3_600_000 };
const MINUTE = { name: 'min', ms: 60_000 };
const SECOND = { name: 's', ms: 1_000 };
const SMALLEST = [MINUTE, SECOND] as const;
const UNITS = [[DAY, HOUR], [HOUR, MINUTE], SMALLEST] as const;
