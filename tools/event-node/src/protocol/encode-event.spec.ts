import { ReadResp } from '@eventstore/db-client/generated/streams_pb';
import { type RecordedEvent, tombstoneRevision, tombstoneText } from '../log/event.js';
import { encodeEvent } from './encode-event.js';
import { structuredUuid } from './uuid.js';

const event: RecordedEvent = {
  id: 'f47ac10b-58cc-4372-a567-0e02b2c3d479',
  stream: 'größe-日本',
  type: 'größer-geworden',
  revision: 3,
  position: 2 ** 45 + 7,
  created: 1_790_000_000_123,
  isJson: true,
  data: Buffer.from('{"a":"ä"}'),
  metadata: Buffer.from('{"m":1}'),
};

/** What the generated classes read from our bytes; they also check every length on the way. */
const decode = (encoded: Buffer) => {
  const read = ReadResp.deserializeBinary(encoded).getEvent();
  const record = read?.getEvent();
  if (read === undefined || record === undefined) throw new Error('no event');
  return { read, record, map: new Map(record.getMetadataMap().getEntryList()) };
};

test('every field reads back', () => {
  const { read, record, map } = decode(encodeEvent(event, 'string'));
  expect(record.getId()?.getString()).toBe(event.id);
  expect(Buffer.from(record.getStreamIdentifier()?.getStreamName_asU8() ?? '').toString()).toBe(event.stream);
  expect(record.getStreamRevision()).toBe('3');
  expect(record.getPreparePosition()).toBe(event.position.toString());
  expect(record.getCommitPosition()).toBe(event.position.toString());
  expect(read.getCommitPosition()).toBe(event.position.toString());
  expect(Object.fromEntries(map)).toEqual({
    type: event.type,
    created: '17900000001230000',
    'content-type': 'application/json',
  });
  expect(Buffer.from(record.getData_asU8())).toEqual(event.data);
  expect(Buffer.from(record.getCustomMetadata_asU8())).toEqual(event.metadata);
});

test('the bytes are those of the generated encoder', () => {
  for (const form of ['string', 'structured'] as const) {
    const encoded = encodeEvent(event, form);
    expect(Buffer.from(ReadResp.deserializeBinary(encoded).serializeBinary())).toEqual(encoded);
  }
});

test.each([0, 1, 127, 128, 16_383, 16_384, 2 ** 31, 2 ** 32 + 1, 2 ** 52 + 3])('position %d reads back', (position) => {
  const { record } = decode(encodeEvent({ ...event, position }, 'string'));
  expect(record.getCommitPosition()).toBe(position.toString());
});

test.each([0, 1, 127, 128, 20_000, 300_000])('%d bytes of data read back', (length) => {
  const { record } = decode(encodeEvent({ ...event, data: Buffer.alloc(length, 7) }, 'string'));
  expect(record.getData_asU8().length).toBe(length);
});

test('the tombstone has the highest revision', () => {
  const { record } = decode(encodeEvent({ ...event, revision: tombstoneRevision }, 'string'));
  expect(record.getStreamRevision()).toBe(tombstoneText);
});

test('the id comes as two integers for those who ask', () => {
  const { record } = decode(encodeEvent(event, 'structured'));
  expect(record.getId()?.toObject()).toEqual(structuredUuid(event.id).toObject());
});
