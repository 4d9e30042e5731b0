export type Labels = Readonly<Record<string, string | number>>;

export interface Counter {
  add(amount: number, labels?: Labels): void;
}
export interface Gauge {
  set(value: number, labels?: Labels): void;
}
export interface Histogram {
  /** Seconds, bytes: the unit is in the metric's name. */
  observe(value: number, labels?: Labels): void;
}

export interface Metrics {
  counter(name: string, help: string, labels?: readonly string[]): Counter;
  /** `collect` is called before each scrape, to set what is cheaper asked than kept. */
  gauge(name: string, help: string, labels?: readonly string[], collect?: (gauge: Gauge) => void): Gauge;
  histogram(name: string, help: string, labels?: readonly string[], buckets?: readonly number[]): Histogram;
  /** Everything in the Prometheus text format 0.0.4. */
  text(): string;
}

/** Request durations: fine where the goals lie (5 to 100 ms), coarse above. */
export const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10];
/** Series of one metric at most: an id that slipped into a label must not fill the memory. */
const mostSeries = 2000;

type Kind = 'counter' | 'gauge' | 'histogram';
interface Series {
  /** `method="GET",status="200"` */
  labels: string;
  value: number;
  /** Histograms: observations per bucket, not cumulated, the last one for +Inf. */
  buckets: number[];
  count: number;
}
interface Family {
  name: string;
  help: string;
  kind: Kind;
  labels: readonly string[];
  bounds: readonly number[];
  series: Map<string, Series>;
  collect?: () => void;
}

/** A registry of metrics. Asking for the same name again gives the same metric. */
export function createMetrics(): Metrics {
  const families = new Map<string, Family>();

  return {
    counter(name, help, labels = []) {
      const family = familyOf('counter', name, help, labels);
      return { add: (amount, given) => void (seriesOf(family, given).value += amount) };
    },
    gauge(name, help, labels = [], collect) {
      const family = familyOf('gauge', name, help, labels);
      const gauge: Gauge = { set: (value, given) => void (seriesOf(family, given).value = value) };
      if (collect) family.collect = () => collect(gauge);
      return gauge;
    },
    histogram(name, help, labels = [], buckets = durationBuckets) {
      const family = familyOf('histogram', name, help, labels, buckets);
      return { observe: (value, given) => observe(family, seriesOf(family, given), value) };
    },
    text: () => [...families.values()].map(exposition).join(''),
  };

  function familyOf(
    kind: Kind,
    name: string,
    help: string,
    labels: readonly string[],
    bounds: readonly number[] = [],
  ): Family {
    const known = families.get(name);
    if (known && (known.kind !== kind || known.labels.join() !== labels.join())) {
      throw new Error(`metric ${name} exists already as a ${known.kind} by (${known.labels.join()})`);
    }
    const family = known ?? { name, help, kind, labels, bounds, series: new Map<string, Series>() };
    families.set(name, family);
    return family;
  }
}

/** The metrics of this process, which its inside port shows. */
export const processMetrics = createMetrics();

function seriesOf(family: Family, given: Labels = {}): Series {
  const key = family.labels.map((label) => `${label}="${escapeLabel(String(given[label] ?? ''))}"`).join(',');
  const known = family.series.get(key);
  if (known) return known;
  const labels =
    family.series.size < mostSeries ? key : family.labels.map((label) => `${label}="(too many)"`).join(',');
  const made = family.series.get(labels) ?? {
    labels,
    value: 0,
    buckets: new Array<number>(family.bounds.length + 1).fill(0),
    count: 0,
  };
  family.series.set(labels, made);
  return made;
}

function observe(family: Family, series: Series, value: number): void {
  const index = family.bounds.findIndex((bound) => value <= bound);
  const bucket = index < 0 ? family.bounds.length : index;
  series.buckets[bucket]! += 1;
  series.count += 1;
  series.value += value;
}

function exposition(family: Family): string {
  family.collect?.();
  const lines = [`# HELP ${family.name} ${family.help}`, `# TYPE ${family.name} ${family.kind}`];
  for (const series of family.series.values()) {
    if (family.kind === 'histogram') lines.push(...histogramLines(family, series));
    else lines.push(`${family.name}${braced(series.labels)} ${series.value}`);
  }
  return lines.join('\n') + '\n';
}

function histogramLines(family: Family, series: Series): string[] {
  let below = 0;
  const buckets = [...family.bounds, '+Inf'].map((bound, index) => {
    below += series.buckets[index]!;
    return `${family.name}_bucket${braced(series.labels, `le="${bound}"`)} ${below}`;
  });
  const labels = braced(series.labels);
  return [...buckets, `${family.name}_sum${labels} ${series.value}`, `${family.name}_count${labels} ${series.count}`];
}

function braced(...labels: string[]): string {
  const present = labels.filter(Boolean);
  return present.length > 0 ? `{${present.join(',')}}` : '';
}

const escapeLabel = (value: string) =>
  /[\\"\n]/.test(value) ? value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n') : value;
