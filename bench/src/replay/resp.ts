// What a client sends to Redis, cut into commands.

/** One command, as the bytes that were sent. */
export interface SentCommand {
  /** In capitals. */
  readonly name: string;
  readonly bytes: Buffer;
}

/** Cuts what a connection sent into its commands; one that was not sent to its end is left out. */
export function commandsIn(sent: Buffer): readonly SentCommand[] {
  const commands: SentCommand[] = [];
  let from = 0;
  for (;;) {
    const end = endOfCommand(sent, from);
    if (end === undefined) return commands;
    commands.push({ name: nameOf(sent, from), bytes: sent.subarray(from, end) });
    from = end;
  }
}

/** An array of bulk strings: `*2\r\n$3\r\nGET\r\n$1\r\nx\r\n`. */
function endOfCommand(sent: Buffer, from: number): number | undefined {
  const head = numberAt(sent, from, '*');
  if (head === undefined) return undefined;
  let at = head.next;
  for (let part = 0; part < head.value; part += 1) {
    const length = numberAt(sent, at, '$');
    if (length === undefined) return undefined;
    at = length.next + length.value + LINE_END.length;
  }
  return at <= sent.length ? at : undefined;
}

function nameOf(sent: Buffer, from: number): string {
  const length = numberAt(sent, sent.indexOf(LINE_END, from) + LINE_END.length, '$');
  return length === undefined ? '' : sent.toString('latin1', length.next, length.next + length.value).toUpperCase();
}

interface NumberLine {
  readonly value: number;
  /** Where the next line begins. */
  readonly next: number;
}

function numberAt(sent: Buffer, from: number, mark: '*' | '$'): NumberLine | undefined {
  const end = sent.indexOf(LINE_END, from);
  if (from >= sent.length || end === -1) return undefined;
  if (sent.toString('latin1', from, from + 1) !== mark) throw new Error(`expected a command of Redis at byte ${from}`);
  return { value: Number(sent.toString('latin1', from + 1, end)), next: end + LINE_END.length };
}

const LINE_END = '\r\n';
