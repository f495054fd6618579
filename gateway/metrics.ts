/**
 * A small registry in Prometheus' text format 0.0.4
 * (prometheus.io/docs/instrumenting/exposition_formats).
 */
type Labels = Readonly<Record<string, string>>;

export interface Counter {
  add(labels: Labels, amount?: number): void;
}
export interface Histogram {
  observe(labels: Labels, value: number): void;
}
export interface Registry {
  counter(name: string, help: string): Counter;
  /** A value that is read when it is asked for. */
  gauge(name: string, help: string, read: () => number): void;
  /** @param bounds upper bounds of the buckets, ascending; +Inf is added */
  histogram(name: string, help: string, bounds: readonly number[]): Histogram;
  text(): string;
}

/** Series of one metric: a sender that makes up names must not fill the memory. */
const MAX_SERIES = 2_000;

export function createRegistry(): Registry {
  const blocks: (() => string)[] = [];
  const head = (name: string, help: string, form: string): string =>
    `# HELP ${name} ${help}\n# TYPE ${name} ${form}\n`;
  return {
    counter(name, help) {
      const series = new Map<string, number>();
      blocks.push(
        () =>
          head(name, help, 'counter') +
          [...series].map(([labels, value]) => `${name}${labels} ${value}\n`).join(''),
      );
      return {
        add(labels, amount = 1) {
          const key = bounded(series, printLabels(labels));
          if (key !== null) series.set(key, (series.get(key) ?? 0) + amount);
        },
      };
    },
    gauge(name, help, read) {
      blocks.push(() => `${head(name, help, 'gauge')}${name} ${read()}\n`);
    },
    histogram(name, help, bounds) {
      const series = new Map<string, { labels: Labels; counts: number[]; sum: number }>();
      blocks.push(() => {
        let text = head(name, help, 'histogram');
        for (const { labels, counts, sum } of series.values()) {
          let total = 0;
          for (const [index, count] of counts.entries()) {
            total += count;
            const le = String(bounds[index] ?? '+Inf');
            text += `${name}_bucket${printLabels({ ...labels, le })} ${total}\n`;
          }
          text += `${name}_sum${printLabels(labels)} ${sum}\n`;
          text += `${name}_count${printLabels(labels)} ${total}\n`;
        }
        return text;
      });
      return {
        observe(labels, value) {
          const key = bounded(series, printLabels(labels));
          if (key === null) return;
          const one = series.get(key) ?? {
            labels,
            counts: Array.from({ length: bounds.length + 1 }, () => 0),
            sum: 0,
          };
          series.set(key, one);
          const bucket = bounds.findIndex((bound) => value <= bound);
          const index = bucket < 0 ? bounds.length : bucket;
          one.counts[index] = (one.counts[index] ?? 0) + 1;
          one.sum += value;
        },
      };
    },
    text: () => blocks.map((block) => block()).join(''),
  };
}

function bounded(series: ReadonlyMap<string, unknown>, key: string): string | null {
  return series.has(key) || series.size < MAX_SERIES ? key : null;
}

function printLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
