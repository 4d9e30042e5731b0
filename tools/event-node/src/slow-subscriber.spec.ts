import { credentials } from '@grpc/grpc-js';
import { Empty } from '@eventstore/db-client/generated/shared_pb';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb';
import { ReadReq, type ReadResp } from '@eventstore/db-client/generated/streams_pb';
import { connect, event, newStream } from './conformance/target.js';
import { startEventNode } from './index.js';
import { openEventLog } from './log/event-log.js';
import { type Outlet } from './protocol/outlet.js';
import { subscribe } from './protocol/subscribe.js';
import { memoryStore } from './stores/memory-store.js';

const request = {
  stream: undefined,
  from: { kind: 'start' },
  direction: 'forwards',
  count: undefined,
  filter: undefined,
  uuidForm: 'string',
} as const;

test('a subscriber that takes nothing is sent nothing more, however much is written', async () => {
  const log = await openEventLog({ store: memoryStore() });
  const gone = new AbortController();
  let sent = 0;
  let full: () => void = () => undefined;
  const isFull = new Promise<void>((resolve) => {
    full = resolve;
  });
  // Room for ten messages, and then none until the client has gone.
  const outlet: Outlet = {
    signal: gone.signal,
    send: () => {
      sent += 1;
      if (sent < 10) return undefined;
      full();
      return new Promise((resolve) => {
        gone.signal.addEventListener('abort', () => {
          resolve();
        });
      });
    },
  };
  const events = Array.from({ length: 100 }, (_, n) => ({
    id: `00000000-0000-4000-8000-${n.toString().padStart(12, '0')}`,
    type: 'happened',
    isJson: true,
    data: Buffer.from('{}'),
    metadata: Buffer.alloc(0),
  }));
  await log.write({ stream: 'a', expected: { kind: 'any' }, intent: { kind: 'append', events } });
  const subscribed = subscribe(log, request, outlet);
  await isFull;
  await log.write({ stream: 'b', expected: { kind: 'any' }, intent: { kind: 'append', events } });
  expect(sent).toBe(10);
  gone.abort();
  await subscribed;
  expect(sent).toBe(10);
});

test('a subscriber that stops reading neither holds up the others nor misses anything', async () => {
  const node = await startEventNode({ store: 'memory' });
  const client = connect(node.url);
  const streams = new StreamsClient(`127.0.0.1:${node.port.toString()}`, credentials.createInsecure());
  const options = new ReadReq.Options()
    .setAll(new ReadReq.Options.AllOptions().setStart(new Empty()))
    .setSubscription(new ReadReq.Options.SubscriptionOptions())
    .setNoFilter(new Empty())
    .setUuidOption(new ReadReq.Options.UUIDOption().setString(new Empty()));
  const slow = streams.read(new ReadReq().setOptions(options));
  slow.on('error', () => undefined);
  await new Promise<void>((resolve) =>
    slow.once('data', () => {
      slow.pause();
      resolve();
    }),
  );

  const stream = newStream();
  const total = 20;
  const perAppend = 100;
  const fast = client.subscribeToStream(stream);
  let received = 0;
  const all = new Promise<void>((resolve) =>
    fast.on('data', () => {
      received += 1;
      if (received === total * perAppend) resolve();
    }),
  );
  const text = 'x'.repeat(2_000);
  for (let n = 0; n < total; n += 1) {
    const some = Array.from({ length: perAppend }, () => event('big', { text }));
    await client.appendToStream(stream, some, { expectedRevision: 'any' });
  }
  await all;

  let seen = 0;
  const caughtUp = new Promise<void>((resolve) =>
    slow.on('data', (response: ReadResp) => {
      if (response.getEvent()?.getEvent()?.getMetadataMap().get('type') === 'big') seen += 1;
      if (seen === total * perAppend) resolve();
    }),
  );
  slow.resume();
  await caughtUp;
  expect(seen).toBe(total * perAppend);
  slow.cancel();
  streams.close();
  await fast.unsubscribe();
  await client.dispose();
  await node.stop();
});
