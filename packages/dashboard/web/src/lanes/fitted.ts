// Text cut to a width, as `text-overflow` would.

const known = new Map<string, string>();
const mostKnown = 5_000;

export function fitted(context: CanvasRenderingContext2D, text: string, width: number): string {
  const key = `${width} ${text}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  if (known.size > mostKnown) known.clear();
  const cut = cutTo(context, text, width);
  known.set(key, cut);
  return cut;
}

function cutTo(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let length = text.length - 1;
  while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > width) length--;
  return `${text.slice(0, length)}…`;
}
