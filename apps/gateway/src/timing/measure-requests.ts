import { durationBucket, durationBucketCount, maxRequestTimings, type RequestTiming } from '@annals/contracts';
import { basePath, type Metrics } from '@annals/service';
import type { Exchange } from '../edge/exchange.js';
import type { Destination } from '../forward/destination.js';
import type { Tell } from '../inside/tell.js';
import { tellBatches } from '../inside/tell-batches.js';

export interface RequestMeter {
  /** Counts one answered request of somebody known in an account. Costs a few lookups; nothing is sent. */
  note(exchange: Pick<Exchange, 'caller' | 'destination'>, status: number, elapsedMs: number): void;
  /** Tells activity what was counted. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface RequestMeterOptions {
  tell: Tell;
  metrics: Metrics;
  onTrouble: (error: unknown) => void;
  everyMs?: number;
  /** Histograms kept at most until they are told, of some 700 bytes each. Requests beyond are not counted, and said so. */
  capacity?: number;
  /** Milliseconds since the epoch. */
  wallClock?: () => number;
}

/** A route as one account uses it. */
interface RouteUse {
  accountId: string;
  destination: Destination;
  /** The first five of the day. */
  people: Set<string>;
  /** By the first digit of the status. */
  histograms: (Uint32Array | undefined)[];
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const enoughPeople = 5;
/** Accounts times routes whose people are remembered; then all are forgotten, which can only hide a route. */
const mostUses = 20_000;

/**
 * Counts how long requests took, by account, route, class of status and minute, and tells it every few seconds. Streams
 * are left out: they last as long as somebody listens. Who the people were never leaves this process, only how many up
 * to five. What was counted since the last time is lost when the process is killed.
 */
export function measureRequests(options: RequestMeterOptions): RequestMeter {
  const { tell, metrics, onTrouble, everyMs = 5_000, capacity = 5_000, wallClock = Date.now } = options;
  const lost = metrics.counter('annals_request_timings_lost_total', 'Requests that no timing will ever show');
  const accounts = new Map<string, Map<Destination, RouteUse>>();
  let uses = 0;
  let minute = 0;
  /** Uses with the class of status of each histogram that is being filled. */
  let filling: { use: RouteUse; statusClass: number }[] = [];
  let ready: RequestTiming[] = [];

  function turnTo(next: number): void {
    seal();
    if (Math.floor(next / dayMs) !== Math.floor(minute / dayMs)) forget();
    minute = next;
  }

  function forget(): void {
    seal();
    accounts.clear();
    uses = 0;
  }

  /** What is being filled becomes what is told. */
  function seal(): void {
    for (const { use, statusClass } of filling) {
      ready.push(timingOf(use, statusClass, minute));
      use.histograms[statusClass] = undefined;
    }
    filling = [];
  }

  function useOf(accountId: string, destination: Destination): RouteUse {
    const known = accounts.get(accountId)?.get(destination);
    if (known) return known;
    if (uses >= mostUses) forget();
    uses += 1;
    const use = { accountId, destination, people: new Set<string>(), histograms: [] };
    const routes = accounts.get(accountId);
    if (routes) routes.set(destination, use);
    else accounts.set(accountId, new Map([[destination, use]]));
    return use;
  }

  function next(): { timings: RequestTiming[] } | undefined {
    seal();
    const timings = ready.slice(0, maxRequestTimings);
    ready = ready.slice(maxRequestTimings);
    return timings.length > 0 ? { timings } : undefined;
  }

  const teller = tellBatches({
    ...{ tell, path: '/internal/request-timings', next, onTrouble, everyMs, wallClock },
    onRefused: ({ timings }: { timings: RequestTiming[] }) =>
      lost.add(timings.reduce((sum, one) => sum + sizeOf(one), 0)),
  });

  return {
    note({ caller, destination }, status, elapsedMs) {
      if (!caller?.account_id || !destination || destination.streams) return;
      const now = wallClock();
      if (now - minute >= minuteMs || now < minute) turnTo(now - (now % minuteMs));
      const use = useOf(caller.account_id, destination);
      const { people, histograms } = use;
      if (people.size < enoughPeople && caller.user_id !== null && !caller.is_system_admin_access) {
        people.add(caller.user_id);
      }
      const statusClass = Math.min(5, Math.max(1, Math.floor(status / 100)));
      let histogram = histograms[statusClass];
      if (!histogram) {
        if (filling.length + ready.length >= capacity) return lost.add(1);
        histogram = new Uint32Array(durationBucketCount);
        histograms[statusClass] = histogram;
        filling.push({ use, statusClass });
      }
      histogram[durationBucket(elapsedMs)]! += 1;
    },
    ...teller,
  };
}

function timingOf({ accountId, destination, people, histograms }: RouteUse, statusClass: number, minute: number) {
  const counts: number[] = [];
  histograms[statusClass]!.forEach((count, bucket) => {
    if (count > 0) counts.push(bucket, count);
  });
  return {
    account_id: accountId,
    route: `${destination.method} ${destination.path.slice(basePath.length)}`,
    status_class: statusClass,
    minute: new Date(minute).toISOString(),
    people: people.size,
    counts,
  } satisfies RequestTiming;
}

const sizeOf = ({ counts }: RequestTiming): number => counts.reduce((sum, one, at) => (at % 2 ? sum + one : sum), 0);
