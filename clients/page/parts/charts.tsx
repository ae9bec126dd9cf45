/** A line over time, oldest first. The words say what it shows. */
export function Sparkline({ values, label }: { readonly values: readonly number[]; readonly label: string }) {
  const width = 160;
  const height = 36;
  const most = Math.max(...values, 0);
  const step = width / Math.max(1, values.length - 1);
  const y = (value: number): number => height - 2 - (most === 0 ? 0 : (value / most) * (height - 6));
  const points = values.map((value, index) => `${(index * step).toFixed(1)},${y(value).toFixed(1)}`);
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {values.length > 1 && (
        <>
          <polygon points={`0,${height} ${points.join(' ')} ${width},${height}`} />
          <polyline points={points.join(' ')} />
        </>
      )}
    </svg>
  );
}

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** What a pointer shows. @default label and value */
  readonly title?: string;
}

/** Bars beside each other, with labels below. */
export function Bars({
  bars,
  label,
  max,
}: {
  readonly bars: readonly Bar[];
  readonly label: string;
  readonly max?: number;
}) {
  const most = max ?? Math.max(...bars.map(({ value }) => value), 0);
  return (
    <figure
      class="bars"
      role="img"
      aria-label={`${label}: ${bars.map((bar) => `${bar.label} ${bar.value}`).join(', ')}`}
    >
      {bars.map(({ label: name, title, value }) => (
        <div class="bar-slot" title={title ?? `${name}: ${value}`}>
          <span class="bar-fill" style={{ height: `${most === 0 ? 0 : (100 * value) / most}%` }} />
          <span class="bar-name">{name}</span>
        </div>
      ))}
    </figure>
  );
}

export interface Part {
  readonly name: string;
  readonly value: number;
  /** Whether the legend has it only if there are any. @default false */
  readonly rare?: boolean;
}

/** A whole in its parts, with a legend. */
export function Stack({ parts }: { readonly parts: readonly Part[] }) {
  const shown = parts.filter(({ value }) => value > 0);
  return (
    <>
      <div class="stack" aria-hidden="true">
        {shown.map(({ name, value }) => (
          <span class={`part ${name}`} style={{ flexGrow: value }} />
        ))}
      </div>
      <ul class="legend">
        {parts
          .filter(({ rare, value }) => !rare || value > 0)
          .map(({ name, value }) => (
            <li class={value === 0 ? 'none' : ''}>
              <i class={`part ${name}`} aria-hidden="true" />
              {value} {name}
            </li>
          ))}
      </ul>
    </>
  );
}
