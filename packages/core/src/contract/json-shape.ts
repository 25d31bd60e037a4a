// Checks on JSON from strangers that ordinary payloads pay nothing for.

const quote = 0x22;
const backslash = 0x5c;

/** Whether JSON text holds more than `maxDepth` arrays and objects within each other; told without parsing it. */
export function isTooDeep(text: string, maxDepth: number): boolean {
  // Each level opens and closes.
  if (text.length <= maxDepth * 2) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === quote) at = endOfString(text, at);
    else if (isOpening(unit) && ++depth > maxDepth) return true;
    else if (isClosing(unit)) depth -= 1;
  }
  return false;
}

/** Removes keys called `__proto__` from a value parsed from `text`, at any depth. */
export function stripProtoKeys(value: unknown, text: string): unknown {
  // JSON can also write the name with escapes: \u005f is the underscore.
  if (text.includes('__proto__') || text.includes('\\u00')) removeProtoKeys(value);
  return value;
}

function removeProtoKeys(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  // As an own key it is an ordinary property: deleting it leaves the prototype alone.
  if (Object.hasOwn(value, '__proto__')) Reflect.deleteProperty(value, '__proto__');
  for (const inner of Object.values(value)) removeProtoKeys(inner);
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === backslash) backslashes += 1;
  return backslashes % 2 === 1;
}

function isOpening(unit: number): boolean {
  return unit === 0x5b || unit === 0x7b;
}

function isClosing(unit: number): boolean {
  return unit === 0x5d || unit === 0x7d;
}
