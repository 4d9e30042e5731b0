import { type RecordedEvent } from '../log/event.js';
import { structuredUuid } from './uuid.js';
import { bytesSize, fieldWriter, numberSize } from './wire.js';

export type UuidForm = 'string' | 'structured';

// Entries of a map<string, string>: key is field 1, value field 2.
const mapKey = (key: string) => Buffer.concat([Buffer.from([0x0a, key.length]), Buffer.from(key, 'latin1')]);
const typeKey = mapKey('type');
const createdKey = mapKey('created');
const contentType = (value: string) => {
  const entry = Buffer.concat([
    mapKey('content-type'),
    Buffer.from([0x12, value.length]),
    Buffer.from(value, 'latin1'),
  ]);
  return Buffer.concat([Buffer.from([0x32, entry.length]), entry]);
};
/** UUID with its string form, field 2; an id is 36 characters long. */
const stringId = (id: string) => Buffer.from(`\x12\x24${id}`, 'latin1');
const jsonContent = contentType('application/json');
const binaryContent = contentType('application/octet-stream');

/**
 * A ReadResp that carries one event, written by hand: the generated classes take three times as long, and this is what a node does most.
 * Field numbers are those of `streams.proto` and `shared.proto`; the spec reads every field back with the generated decoder.
 */
export function encodeEvent(event: RecordedEvent, uuidForm: UuidForm): Buffer {
  const id = uuidForm === 'string' ? stringId(event.id) : structuredUuid(event.id).serializeBinary();
  const streamLength = Buffer.byteLength(event.stream);
  const typeLength = Buffer.byteLength(event.type);
  const typeEntry = typeKey.length + bytesSize(typeLength);
  // .NET ticks of 100 ns since 1970, as text: the number does not fit a double.
  const created = `${event.created.toString()}0000`;
  const createdEntry = createdKey.length + bytesSize(created.length);
  const content = event.isJson ? jsonContent : binaryContent;

  const recordLength =
    bytesSize(id.length) +
    bytesSize(bytesSize(streamLength)) +
    numberSize(event.revision) +
    2 * numberSize(event.position) +
    bytesSize(typeEntry) +
    bytesSize(createdEntry) +
    content.length +
    bytesSize(event.metadata.length) +
    bytesSize(event.data.length);
  const readLength = bytesSize(recordLength) + numberSize(event.position);

  const buffer = Buffer.allocUnsafe(bytesSize(readLength));
  const write = fieldWriter(buffer);
  write.open(1, readLength); // ReadResp.event
  write.open(1, recordLength); // ReadEvent.event
  write.bytes(1, id);
  write.open(2, bytesSize(streamLength)); // stream_identifier
  write.text(3, event.stream, streamLength);
  write.number(3, event.revision);
  write.number(4, event.position); // prepare_position
  write.number(5, event.position); // commit_position
  write.raw(content);
  write.open(6, createdEntry);
  write.raw(createdKey);
  write.text(2, created, created.length);
  write.open(6, typeEntry);
  write.raw(typeKey);
  write.text(2, event.type, typeLength);
  write.bytes(7, event.metadata);
  write.bytes(8, event.data);
  write.number(3, event.position); // ReadEvent.commit_position
  return buffer;
}
