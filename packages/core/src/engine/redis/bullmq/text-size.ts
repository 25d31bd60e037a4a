// Texts that the server would not take: it hangs up on whoever sends one, and all others on the connection wait.

/** Whether the text has more bytes than that. A UTF-16 unit takes at most 3, so short text need not be counted. */
export function isLonger(text: string, maxBytes: number): boolean {
  return text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes;
}

/** What came, for an error. */
export function tooLong(text: string, maxBytes: number): string {
  return `a text of ${Buffer.byteLength(text)} bytes, and the server takes ${maxBytes} (proto-max-bulk-len)`;
}
