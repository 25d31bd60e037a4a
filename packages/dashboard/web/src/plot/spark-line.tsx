// A small plot without axes, for a line of a table.

interface SparkLineProps {
  readonly values: readonly number[];
  readonly label: string;
}

const width = 96;
const height = 24;
const inset = 2;

export function SparkLine({ values, label }: SparkLineProps) {
  const top = Math.max(1, ...values);
  const step = width / Math.max(1, values.length - 1);
  const y = (value: number) => height - inset - (value / top) * (height - 2 * inset);
  const points = values.map((value, index) => `${(index * step).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  return (
    <svg className="spark" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <polyline points={points} />
    </svg>
  );
}
