import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { backOff } from '../back-off.js';
import { BusError, type Sub, type SubscribeOptions, type SubscriptionStatus } from '../bus.js';
import { type Logger } from '../logger.js';
import { createWake } from '../wake.js';
import { type Pool } from '@annals/postgres';
import { fetchMessages } from './fetch.js';
import { release, renew, type Member, type Renewal } from './membership.js';
import { deliver, workOn, type PartitionWork } from './partition-work.js';

/** A look without a hint, in case one was lost. */
const backstopMs = 1_000;
/** What a handler gets to end itself after its signal. */
const afterAbortMs = 1_000;

export interface EmbeddedSub extends Sub {
  /** A hint that a topic has new messages, or that the group changed. */
  hint(payload: string): void;
}

/** A member of a group: one loop that keeps the leases, fetches for idle partitions and starts their batches. */
export function subscribeEmbedded(
  pool: Pool,
  ready: () => Promise<void>,
  options: SubscribeOptions,
  logger: Logger,
): EmbeddedSub {
  const sessionMs = options.sessionTimeoutMs ?? 30_000;
  const { group, from } = options;
  const member: Member = { group, id: randomUUID(), topics: [...options.topics].sort(), from, sessionMs };
  const delivery = { pool, member, options, logger };
  const concurrency = options.concurrency ?? 4;
  const works = new Map<string, PartitionWork>();
  /** Also batches of partitions that were lost meanwhile. */
  const running = new Set<PartitionWork>();
  const wake = createWake();
  let renewed = 0;
  let renewDue = 0;
  let failures = 0;
  let restarts = 0;
  let status: SubscriptionStatus = 'joining';
  let error: Error | undefined;
  let stopping: Promise<void> | undefined;
  let settleJoin: { resolve(): void; reject(reason: Error): void };
  const joined = new Promise<void>((resolve, reject) => {
    settleJoin = { resolve, reject };
  });
  // Whoever does not wait for the join reads the reason from `status()`.
  joined.catch(() => undefined);

  /** A batch without a sign of life makes this member silent as a whole, as a stuck process would be. */
  const stuck = (now: number) => [...running].some((work) => now - work.lastSign > sessionMs);

  function drop(name: string, work: PartitionWork): void {
    work.abort.abort();
    works.delete(name);
  }

  async function keepMembership(now: number): Promise<void> {
    if (now - renewed > sessionMs) for (const [name, work] of works) drop(name, work);
    if (now < renewDue || stuck(now)) return;
    take(await renew(pool, member));
    renewed = now;
    renewDue = now + sessionMs / 3;
  }

  function take({ leases, share, topicsKnown }: Renewal): void {
    const held = new Map(leases.map((lease) => [`${lease.topic}/${lease.partition}`, lease]));
    for (const [name, work] of works) {
      const same = held.get(name)?.epoch === work.lease.epoch;
      const givenUp = work.abort.signal.aborted && work.running === undefined;
      if (!same || givenUp) drop(name, work);
    }
    for (const [name, lease] of held) if (!works.has(name)) works.set(name, workOn(lease));
    extra = [...works].filter(([name]) => !share.has(name));
    if (topicsKnown && [...share].every((name) => held.has(name))) {
      status = 'live';
      settleJoin.resolve();
    }
  }
  let extra: [string, PartitionWork][] = [];

  async function releaseExtra(): Promise<void> {
    const idle = extra.filter(([, work]) => work.running === undefined);
    if (idle.length === 0) return;
    extra = extra.filter(([, work]) => work.running !== undefined);
    for (const [name, work] of idle) drop(name, work);
    await release(
      pool,
      member,
      idle.map(([, work]) => work.lease),
      false,
    );
  }

  async function position(work: PartitionWork): Promise<void> {
    const wanted = await options.position?.({ topic: work.topic, partition: work.partition });
    work.next = wanted ?? work.next;
    work.positioned = true;
  }

  async function startBatches(now: number): Promise<void> {
    const free = concurrency - running.size;
    const idle = [...works.values()].filter((work) => {
      const leaving = extra.some(([, other]) => other === work);
      return work.running === undefined && !work.abort.signal.aborted && work.retryAt <= now && !leaving;
    });
    if (free <= 0 || idle.length === 0) return;
    for (const work of idle) if (!work.positioned) await position(work);
    for (const { place: work, messages } of await fetchMessages(pool, idle, free, options.maxBatch)) {
      const name = `${work.topic}/${work.partition}`;
      // To the end of the line: every partition gets its turn.
      if (works.delete(name)) works.set(name, work);
      running.add(work);
      work.running = deliver(delivery, work, messages).finally(() => {
        work.running = undefined;
        running.delete(work);
        if (work.abort.signal.aborted) renewDue = 0;
        wake.now();
      });
    }
  }

  function failed(reason: Error): number {
    error = reason;
    restarts++;
    const never = reason instanceof BusError && reason.code === 'subscription-mismatch';
    status = never ? 'halted' : 'backing-off';
    if (never) settleJoin.reject(reason);
    logger.error(
      { group: options.group, error: reason },
      never ? 'a subscription is refused' : 'a subscription failed',
    );
    return never ? 5_000 : backOff(failures++);
  }

  function untilDue(now: number): number {
    const times = [...works.values()].map((work) => work.retryAt).filter((time) => time > now);
    if (!stuck(now)) times.push(renewDue);
    return Math.max(1, Math.min(backstopMs, ...times.map((time) => time - now)));
  }

  async function step(): Promise<number> {
    await ready();
    const now = Date.now();
    await keepMembership(now);
    await releaseExtra();
    await startBatches(now);
    if (status === 'backing-off' || status === 'halted') status = 'live';
    failures = 0;
    error = undefined;
    return untilDue(Date.now());
  }

  const loop = (async () => {
    while (!stopping) {
      const waitMs = await step().catch((reason: unknown) =>
        failed(reason instanceof Error ? reason : new Error(String(reason))),
      );
      if (!stopping) await wake.wait(waitMs);
    }
  })();

  async function stop(graceMs: number): Promise<void> {
    wake.now();
    await loop;
    const finished = Promise.all([...running].flatMap((work) => work.running ?? []));
    await Promise.race([finished, wait(graceMs, undefined, { ref: false })]);
    works.forEach((work) => work.abort.abort());
    await Promise.race([finished, wait(afterAbortMs, undefined, { ref: false })]);
    status = 'stopped';
    settleJoin.reject(new BusError('bus-closed', `the subscription of ${options.group} was stopped`));
    const leases = [...works.values()].map((work) => work.lease);
    works.clear();
    await release(pool, member, leases, true).catch((reason: unknown) =>
      logger.warn({ group, error: reason }, 'could not leave the group; its leases run out by themselves'),
    );
  }

  return {
    group: options.group,
    hint(payload) {
      if (payload === `group:${options.group}`) renewDue = 0;
      else if (payload !== '' && !member.topics.includes(payload)) return;
      wake.now();
    },
    status: () => ({
      status,
      assigned: [...works.values()].map(({ topic, partition }) => ({ topic, partition })),
      restarts,
      ...(error ? { error: error.message } : {}),
    }),
    joined: () => joined,
    stop: (graceMs = 5_000) => (stopping ??= stop(graceMs)),
  };
}
