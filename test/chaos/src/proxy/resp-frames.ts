// Cuts a stream of RESP2 bytes into whole values, so that one call or one reply can be held back.

export class RespFrames {
  #rest: Buffer = Buffer.alloc(0);

  /** The values that `chunk` completes, as the bytes they came in. */
  push(chunk: Buffer): readonly Buffer[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: Buffer[] = [];
    let from = 0;
    for (let end = endOfValue(bytes, 0); end !== undefined; end = endOfValue(bytes, from)) {
      frames.push(bytes.subarray(from, end));
      from = end;
    }
    this.#rest = bytes.subarray(from);
    return frames;
  }
}

/** The words of a call, which is an array of bulk strings. */
export function wordsOf(call: Buffer): readonly string[] {
  const words: string[] = [];
  let at = call.indexOf('\r\n') + 2;
  while (at < call.length) {
    const line = call.indexOf('\r\n', at);
    const length = Number(call.toString('latin1', at + 1, line));
    words.push(call.toString('utf8', line + 2, line + 2 + length));
    at = line + 2 + length + 2;
  }
  return words;
}

/** Where the value that begins at `from` ends; undefined when there is more to come. */
function endOfValue(bytes: Buffer, from: number): number | undefined {
  const line = bytes.indexOf('\r\n', from);
  if (line < 0) return undefined;
  const kind = bytes[from];
  const afterLine = line + 2;
  if (kind !== BULK && kind !== ARRAY) return afterLine;
  const count = Number(bytes.toString('latin1', from + 1, line));
  if (count < 0) return afterLine;
  if (kind === ARRAY) return endOfItems(bytes, afterLine, count);
  const end = afterLine + count + 2;
  return end <= bytes.length ? end : undefined;
}

function endOfItems(bytes: Buffer, from: number, count: number): number | undefined {
  let at: number | undefined = from;
  for (let item = 0; item < count && at !== undefined; item += 1) at = endOfValue(bytes, at);
  return at;
}

const BULK = '$'.charCodeAt(0);
const ARRAY = '*'.charCodeAt(0);
