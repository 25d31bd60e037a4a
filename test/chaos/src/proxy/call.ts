// What is on the wire: the frames of RESP, and which call of ours one is.

export interface Call {
  /** What the client calls its connection (CLIENT SETNAME). */
  readonly connection: string;
  /** The command and its arguments. */
  readonly words: readonly string[];
}

export type CallName = 'add' | 'fetch' | 'ack' | 'reject' | 'renew' | 'reap';

/** Whether a call is the named one. A channel's call may carry several: `fetch` means one that settles nothing. */
export function isCall(name: CallName): (call: Call) => boolean {
  return (call) => isScript(call) && TESTS[name](call);
}

const REJECTIONS = ['retry', 'requeue', 'deadLetter'];

const TESTS: Readonly<Record<CallName, (call: Call) => boolean>> = {
  add: ({ connection }) => connection === 'acktor-producer',
  fetch: (call) => isChannelCall(call) && has(call, 'fetch') && !has(call, 'ack'),
  ack: (call) => isChannelCall(call) && has(call, 'ack'),
  reject: (call) => isChannelCall(call) && REJECTIONS.some((word) => has(call, word)),
  renew: (call) => isLiveness(call) && keyCount(call) > 1 && !isReap(call),
  reap: (call) => isLiveness(call) && isReap(call),
};

function isScript({ words: [command = ''] }: Call): boolean {
  return /^eval(sha)?$/i.test(command);
}

function isChannelCall({ connection }: Call): boolean {
  return connection === 'acktor-worker';
}

function isLiveness({ connection }: Call): boolean {
  return connection === 'acktor-heartbeat';
}

function isReap({ words }: Call): boolean {
  return words.some((word) => word.endsWith(':acktor:turn'));
}

function keyCount({ words }: Call): number {
  return Number(words[2]);
}

function has({ words }: Call, word: string): boolean {
  return words.includes(word, 3 + Number(words[2]));
}

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
