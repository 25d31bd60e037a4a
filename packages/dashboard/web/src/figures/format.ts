// Numbers and times as people read them.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat('en', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const day = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric' });

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** `4,209`, and from a hundred thousand `104K`. */
export function count(value: number): string {
  return Math.abs(value) >= 100_000 ? compact.format(value) : whole.format(value);
}

/** A rate without its unit: `0`, `0.4`, `31`. */
export function rate(perSecond: number): string {
  if (perSecond === 0) return '0';
  if (perSecond < 0.1) return '<0.1';
  return perSecond < 9.95 ? perSecond.toFixed(1) : count(perSecond);
}

/** `0.4 ms`, `182 ms`, `34.8 s`, `12 min`, `3 h`. */
export function duration(ms: number): string {
  const [figure, unit] = durationParts(ms);
  return `${figure} ${unit}`;
}

/** As {@link duration}, the figure and its unit apart. */
export function durationParts(ms: number): readonly [figure: string, unit: string] {
  if (ms < 9.95) return [Math.max(0, ms).toFixed(1), 'ms'];
  if (ms < 995) return [ms.toFixed(0), 'ms'];
  if (ms < 99.95 * secondMs) return [(ms / secondMs).toFixed(1), 's'];
  if (ms < 100 * minuteMs) return [(ms / minuteMs).toFixed(0), 'min'];
  return ms < 3 * dayMs ? [(ms / hourMs).toFixed(0), 'h'] : [(ms / dayMs).toFixed(0), 'days'];
}

/** The time of day, with the day when it is not today's. */
export function moment(atMs: number): string {
  const at = new Date(atMs);
  const time = clock.format(at);
  return at.toDateString() === new Date().toDateString() ? time : `${day.format(at)} ${time}`;
}

export function timeOfDay(atMs: number): string {
  return clock.format(new Date(atMs));
}

/** `12 consumers`, `1 consumer`. */
export function plural(number: number, noun: string, nouns = `${noun}s`): string {
  return `${count(number)} ${number === 1 ? noun : nouns}`;
}

export function bytes(size: number): string {
  return `${whole.format(size / 2 ** 20)} MiB`;
}

/** Between 0 and 1 as `1.6`, without its `%`. */
export function percent(share: number): string {
  return (share * 100).toFixed(share < 0.0995 ? 1 : 0);
}
