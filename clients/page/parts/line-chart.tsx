import { useId } from 'preact/hooks';

export interface Series {
  readonly name: string;
  /** Values for 1, 2, 3 …; `null` breaks the line. */
  readonly values: readonly (number | null)[];
  /** Name of a colour. */
  readonly tone: 'accent' | 'bad' | 'blue';
}

interface LineChartProps {
  readonly title: string;
  readonly series: Series;
  /** What the x axis counts. */
  readonly axis: string;
  readonly format: (value: number) => string;
}

const WIDTH = 420;
const HEIGHT = 170;
const LEFT = 44;
const BOTTOM = 26;
const TOP = 10;

/** Values by turn, from 0 to 1. The table below says the same in numbers. */
export function LineChart({ axis, format, series, title }: LineChartProps) {
  const id = useId();
  const { name, tone, values } = series;
  const x = (index: number): number => LEFT + (index * (WIDTH - LEFT - 12)) / Math.max(1, values.length - 1);
  const y = (value: number): number => TOP + (1 - Math.max(0, value)) * (HEIGHT - TOP - BOTTOM);
  const points = values.flatMap((value, index) =>
    value === null ? [] : [{ x: x(index), y: y(value), value, index }],
  );
  const every = Math.max(1, Math.ceil(values.length / 8));
  return (
    <figure class="chart" aria-labelledby={id}>
      <figcaption id={id}>{title}</figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={`${name}: ${points.map(({ value }) => format(value)).join(', ')}`}
      >
        {[0, 0.5, 1].map((value) => (
          <>
            <line class="grid" x1={LEFT} x2={WIDTH - 12} y1={y(value)} y2={y(value)} />
            <text x={LEFT - 6} y={y(value) + 4} text-anchor="end">
              {format(value)}
            </text>
          </>
        ))}
        {values.map((_, index) =>
          index % every === 0 ? (
            <text x={x(index)} y={HEIGHT - 8} text-anchor="middle">
              {index + 1}
            </text>
          ) : null,
        )}
        <text class="axis" x={WIDTH - 12} y={HEIGHT - 8} text-anchor="end">
          {values.length % every === 1 || every === 1 ? '' : axis}
        </text>
        <polyline class={tone} points={points.map((point) => `${point.x},${point.y}`).join(' ')} />
        {points.map((point) => (
          <circle class={tone} cx={point.x} cy={point.y} r="3">
            <title>
              {axis} {point.index + 1}: {format(point.value)}
            </title>
          </circle>
        ))}
      </svg>
    </figure>
  );
}
