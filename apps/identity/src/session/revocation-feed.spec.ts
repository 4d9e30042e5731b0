import { randomUUID } from 'node:crypto';
import { startTestStores } from '@annals/testing';
import { identityUnderTest, startIdentity, storeOptions, type IdentityService } from '../testing/identity-service.js';
import { revoke } from './revocations.js';

const { service, stores } = identityUnderTest(() => startTestStores(storeOptions));

interface Line {
  event: string;
  data: { seq: number; kind?: string; key?: string };
}

/** Reads the feed as a gateway does; `next` gives each line in turn. */
async function follow(of: IdentityService, after: number) {
  const abort = new AbortController();
  const answer = await fetch(`${of.url}/internal/revocations?after=${after}`, {
    headers: await of.asGateway(),
    signal: abort.signal,
  });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  const lines = linesOf(answer.body!);
  const next = async (): Promise<Line | undefined> => {
    const step: IteratorResult<Line, undefined> = await lines.next();
    return step.done ? undefined : step.value;
  };
  const marker = async (): Promise<Line['data'] | undefined> => {
    for (let line = await next(); line; line = await next()) if (line.event === 'message') return line.data;
    return undefined;
  };
  return { next, marker, leave: () => abort.abort() };
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Line, undefined> {
  let pending = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    pending += chunk;
    const blocks = pending.split('\n\n');
    pending = blocks.pop()!;
    for (const block of blocks) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
      yield { event: field('event') ?? 'message', data: JSON.parse(field('data')!) as Line['data'] };
    }
  }
}

const revokeSession = async (key: string) =>
  revoke(service().identity.pool, randomUUID(), { kind: 'session', key }, new Date().toISOString());

describe('the revocation feed', () => {
  it('tells what happened before, then that nothing is missing, then what happens', async () => {
    const [old, fresh] = [randomUUID(), randomUUID()];
    await revokeSession(old);
    const gateway = await follow(service(), 0);
    const first = await gateway.marker();
    expect(first).toMatchObject({ kind: 'session', key: old });
    expect(await gateway.next()).toEqual({ event: 'heartbeat', data: { seq: first!.seq } });
    await revokeSession(fresh);
    expect(await gateway.marker()).toMatchObject({ key: fresh });
    gateway.leave();
  });

  it('goes on after the last marker that was seen', async () => {
    const [seen, missed] = [randomUUID(), randomUUID()];
    await revokeSession(seen);
    const before = await follow(service(), 0);
    let last = await before.marker();
    while (last?.key !== seen) last = await before.marker();
    before.leave();
    await revokeSession(missed);
    const after = await follow(service(), last.seq);
    expect(await after.marker()).toMatchObject({ key: missed });
    after.leave();
  });

  it('is heard at every process, wherever the marker was written', async () => {
    const other = await startIdentity(stores());
    const gateway = await follow(other, 1_000_000);
    expect(await gateway.next()).toMatchObject({ event: 'heartbeat' });
    gateway.leave();
    const key = randomUUID();
    const listening = await follow(other, 0);
    await revokeSession(key);
    let heard = await listening.marker();
    while (heard && heard.key !== key) heard = await listening.marker();
    expect(heard).toMatchObject({ key });
    listening.leave();
    await other.stop();
  });

  it('numbers markers in the order in which they become visible', async () => {
    const gateway = await follow(service(), 0);
    const keys = Array.from({ length: 20 }, () => randomUUID());
    await Promise.all(keys.map(revokeSession));
    const seen: { seq: number; key?: string }[] = [];
    while (!keys.every((key) => seen.some((marker) => marker.key === key))) {
      seen.push((await gateway.marker())!);
    }
    const numbers = seen.map(({ seq }) => seq);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    gateway.leave();
  });

  it('beats while nothing happens', async () => {
    const gateway = await follow(service(), 1_000_000);
    expect(await gateway.next()).toMatchObject({ event: 'heartbeat' });
    expect(await gateway.next()).toMatchObject({ event: 'heartbeat' });
    gateway.leave();
  });

  it('ends when the process stops, so that the drain does not wait for it', async () => {
    const other = await startIdentity(stores());
    const gateway = await follow(other, 0);
    await gateway.next();
    await other.stop();
    let line = await gateway.next();
    while (line) line = await gateway.next();
    expect(line).toBeUndefined();
  });

  it('is for the gateway alone', async () => {
    expect((await fetch(`${service().url}/internal/revocations`)).status).toBe(401);
  });
});
