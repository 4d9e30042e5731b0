import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { networkInterfaces } from 'node:os';
import { dirname } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { type EventStoreDBClient } from '@eventstore/db-client';
import { PersistentSubscriptionsClient } from '@eventstore/db-client/generated/persistent_grpc_pb';
import { ReadReq as PersistentReadReq } from '@eventstore/db-client/generated/persistent_pb';
import { ServerFeaturesClient } from '@eventstore/db-client/generated/serverfeatures_grpc_pb';
import { type SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb';
import { Empty, StreamIdentifier, UUID } from '@eventstore/db-client/generated/shared_pb';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb';
import {
  BatchAppendReq,
  type BatchAppendResp,
  ReadReq,
  type ReadResp,
} from '@eventstore/db-client/generated/streams_pb';
import { Empty as ProtobufEmpty } from 'google-protobuf/google/protobuf/empty_pb';
import { Timestamp } from 'google-protobuf/google/protobuf/timestamp_pb';
import { type EventNode, startEventNode } from '../index.js';
import { structuredUuid } from '../protocol/uuid.js';
import { collect, connect, events, newStream } from './target.js';

let node: EventNode;
let client: EventStoreDBClient;
let streams: StreamsClient;
const address = () => `127.0.0.1:${node.port.toString()}`;

beforeAll(async () => {
  node = await startEventNode({ store: 'memory' });
  client = connect(node.url);
  streams = new StreamsClient(address(), credentials.createInsecure());
});
afterAll(async () => {
  streams.close();
  await client.dispose();
  await node.stop();
});

const identifier = (stream: string) => new StreamIdentifier().setStreamName(Buffer.from(stream));

function proposed(id: UUID, bytes = 2): BatchAppendReq.ProposedMessage {
  const message = new BatchAppendReq.ProposedMessage().setId(id).setData(Buffer.alloc(bytes, 0x20));
  message.getMetadataMap().set('type', 'raw').set('content-type', 'application/octet-stream');
  return message;
}

function frame(correlation: string, stream?: string, deadline = Date.now() + 10_000): BatchAppendReq {
  const request = new BatchAppendReq().setCorrelationId(new UUID().setString(correlation));
  if (stream === undefined) return request;
  return request.setOptions(
    new BatchAppendReq.Options()
      .setStreamIdentifier(identifier(stream))
      .setAny(new ProtobufEmpty())
      .setDeadline(Timestamp.fromDate(new Date(deadline))),
  );
}

/** Sends frames, ends the sending side, and gathers every answer until the node ends its own. */
function batch(frames: readonly BatchAppendReq[]): Promise<BatchAppendResp[]> {
  const call = streams.batchAppend();
  const answers: BatchAppendResp[] = [];
  const done = new Promise<BatchAppendResp[]>((resolve, reject) => {
    call.on('data', (answer: BatchAppendResp) => answers.push(answer));
    call.on('end', () => {
      resolve(answers);
    });
    call.on('error', reject);
  });
  for (const request of frames) call.write(request);
  call.end();
  return done;
}

const detailsOf = (answer: BatchAppendResp | undefined) => answer?.getError()?.getDetails()?.getTypeName();

describe('BatchAppend', () => {
  test('answers each correlation id exactly once, and names the stream in each answer', async () => {
    const [good, heavy] = [randomUUID(), randomUUID()];
    const [first, second] = [newStream(), newStream()];
    const tooMuch = () => [proposed(new UUID().setString(randomUUID()), 600_000)];
    const answers = await batch([
      frame(heavy, first).setProposedMessagesList(tooMuch()),
      frame(heavy).setProposedMessagesList(tooMuch()),
      frame(good, second)
        .setProposedMessagesList([proposed(new UUID().setString(randomUUID()))])
        .setIsFinal(true),
      // These still come after the refusal, as they do from the official client.
      frame(heavy).setProposedMessagesList(tooMuch()),
      frame(heavy).setProposedMessagesList(tooMuch()).setIsFinal(true),
    ]);
    const byId = new Map(answers.map((answer) => [answer.getCorrelationId()?.getString(), answer]));
    expect(answers).toHaveLength(2);
    expect(detailsOf(byId.get(heavy))).toBe('event_store.client.MaximumAppendSizeExceeded');
    expect(byId.get(good)?.hasSuccess()).toBe(true);
    for (const answer of answers) expect(answer.getStreamIdentifier()?.getStreamName_asU8().length).toBeGreaterThan(0);
  });

  test('does not write an append whose deadline has passed, and answers Timeout', async () => {
    const stream = newStream();
    const late = frame(randomUUID(), stream, Date.now() - 1)
      .setProposedMessagesList([proposed(new UUID().setString(randomUUID()))])
      .setIsFinal(true);
    const [answer] = await batch([late]);
    expect(detailsOf(answer)).toBe('event_store.client.Timeout');
    await expect(collect(client.readStream(stream))).rejects.toMatchObject({ type: 'stream-not-found' });
  });

  test.each([
    ['an event without an id', (m: BatchAppendReq.ProposedMessage) => m.clearId()],
    ['an event whose id is no UUID', (m: BatchAppendReq.ProposedMessage) => m.setId(new UUID().setString('seven'))],
    ['an event without a type', (m: BatchAppendReq.ProposedMessage) => m.clearMetadataMap()],
  ])('refuses %s, and the connection goes on', async (_, spoil) => {
    const spoilt = proposed(new UUID().setString(randomUUID()));
    spoil(spoilt);
    const answers = await batch([
      frame(randomUUID(), newStream()).setProposedMessagesList([spoilt]).setIsFinal(true),
      frame(randomUUID(), newStream())
        .setProposedMessagesList([proposed(new UUID().setString(randomUUID()))])
        .setIsFinal(true),
    ]);
    expect(answers.map((answer) => answer.hasSuccess())).toEqual(expect.arrayContaining([false, true]));
    expect(answers.map(detailsOf)).toContain('event_store.client.BadRequest');
  });

  test.each(['', '$$', '$$$$of-metadata', 'with\0nul', 'x'.repeat(601)])(
    'refuses the stream name %j',
    async (stream) => {
      const [answer] = await batch([
        frame(randomUUID(), stream)
          .setProposedMessagesList([proposed(new UUID().setString(randomUUID()))])
          .setIsFinal(true),
      ]);
      expect(detailsOf(answer)).toBe('event_store.client.BadRequest');
    },
  );

  test('of nothing succeeds and writes nothing', async () => {
    const stream = newStream();
    const [answer] = await batch([frame(randomUUID(), stream).setIsFinal(true)]);
    expect(answer?.getSuccess()?.hasNoStream()).toBe(true);
    await expect(collect(client.readStream(stream))).rejects.toMatchObject({ type: 'stream-not-found' });
  });
});

describe('UUIDs', () => {
  function readRaw(stream: string, structured: boolean): Promise<ReadResp[]> {
    const form = new ReadReq.Options.UUIDOption();
    const options = new ReadReq.Options()
      .setStream(new ReadReq.Options.StreamOptions().setStreamIdentifier(identifier(stream)).setStart(new Empty()))
      .setCount('10')
      .setNoFilter(new Empty())
      .setUuidOption(structured ? form.setStructured(new Empty()) : form.setString(new Empty()));
    const answers: ReadResp[] = [];
    return new Promise((resolve, reject) => {
      streams
        .read(new ReadReq().setOptions(options))
        .on('data', (answer: ReadResp) => answers.push(answer))
        .on('end', () => {
          resolve(answers);
        })
        .on('error', reject);
    });
  }

  test.each(['f47ac10b-58cc-4372-a567-0e02b2c3d479', '00000000-0000-4000-8000-000000000001'])(
    '%s is taken as two integers and given back in either form',
    async (id) => {
      const stream = newStream();
      await batch([
        frame(randomUUID(), stream)
          .setProposedMessagesList([proposed(structuredUuid(id))])
          .setIsFinal(true),
      ]);
      const [asText] = await readRaw(stream, false);
      expect(asText?.getEvent()?.getEvent()?.getId()?.getString()).toBe(id);
      const [asNumbers] = await readRaw(stream, true);
      const halves = asNumbers?.getEvent()?.getEvent()?.getId()?.getStructured();
      expect(halves?.toObject()).toEqual(structuredUuid(id).getStructured()?.toObject());
    },
  );
});

describe('what the node says of itself', () => {
  test('features name what it has and nothing else', async () => {
    const features = new ServerFeaturesClient(address(), credentials.createInsecure());
    const answer = await new Promise<SupportedMethods>((resolve, reject) => {
      features.getSupportedMethods(new Empty(), (error, supported) => {
        if (error) reject(error);
        else resolve(supported);
      });
    });
    features.close();
    expect(answer.getEventStoreServerVersion()).toMatch(/^23\.10\./);
    const methods = answer.getMethodsList().map((m) => `${m.getServiceName()}/${m.getMethodName()}`);
    expect(methods).toContain('event_store.client.streams.streams/batchappend');
    expect(methods.join()).not.toMatch(/persistent|projections|users/);
  });

  test('gossip names one leader, so that discovery finds it', async () => {
    const discovering = connect(`esdb+discover://${address()}?tls=false`);
    await discovering.appendToStream(newStream(), events(1), { expectedRevision: 'no_stream' });
    await discovering.dispose();
  });

  test('persistent subscriptions, projections and users are UNIMPLEMENTED', async () => {
    const persistent = new PersistentSubscriptionsClient(address(), credentials.createInsecure());
    const call = persistent.read();
    const failure = new Promise((resolve) => call.on('error', resolve));
    call.write(new PersistentReadReq());
    expect(await failure).toMatchObject({ code: 12 });
    persistent.close();
    await expect(client.getProjectionStatus('$by_category')).rejects.toThrow(/UNIMPLEMENTED/);
  });

  test('there is one copy of google-protobuf, of the line the client was generated for', () => {
    const ofClient = require.resolve('google-protobuf', {
      paths: [dirname(require.resolve('@eventstore/db-client'))],
    });
    expect(require.resolve('google-protobuf')).toBe(ofClient);
    const { version } = JSON.parse(readFileSync(`${dirname(ofClient)}/package.json`, 'utf8')) as { version: string };
    expect(version).toMatch(/^3\.21\./);
  });

  test('it listens on the loopback interface only', async () => {
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((net) => net?.family === 'IPv4' && !net.internal);
    if (outside === undefined) return process.stdout.write('SKIPPED: this machine has no address but loopback.\n');
    const refused = await new Promise((resolve) => {
      const socket = connectTcp({ host: outside.address, port: node.port });
      socket.on('connect', () => {
        socket.destroy();
        resolve(false);
      });
      socket.on('error', () => {
        resolve(true);
      });
    });
    expect(refused).toBe(true);
  });

  test('a taken port is said in so many words', async () => {
    await expect(startEventNode({ store: 'memory', port: node.port })).rejects.toThrow(/EADDRINUSE/);
  });
});
