// A call on its way to the server, and how to tell which one it is.

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
