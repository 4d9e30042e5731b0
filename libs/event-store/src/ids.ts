import { hash, randomFillSync } from 'node:crypto';

const uuidText = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const format = (bytes: Buffer): string => {
  const hex = bytes.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
};

const stamp = (bytes: Buffer, version: number): Buffer => {
  bytes[6] = (bytes[6]! & 0x0f) | (version << 4);
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes;
};

/**
 * Name-based UUID, version 5 (RFC 9562 §5.5): the same namespace and name give the same id for ever.
 * @throws TypeError when the namespace is no UUID
 */
export function uuidv5(namespace: string, name: string): string {
  if (!uuidText.test(namespace)) throw new TypeError('The namespace of a name-based id must be a UUID');
  const named = Buffer.concat([Buffer.from(namespace.replaceAll('-', ''), 'hex'), Buffer.from(name, 'utf8')]);
  return format(stamp(hash('sha1', named, 'buffer'), 5));
}

const pool = Buffer.alloc(16 * 256);
let used = pool.length;

/** Time-ordered UUID, version 7 (RFC 9562 §5.7): 48 bits of milliseconds, then 74 random bits. */
export function uuidv7(now: Date = new Date()): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const bytes = pool.subarray(used, (used += 16));
  bytes.writeUIntBE(now.getTime(), 0, 6);
  return format(stamp(bytes, 7));
}

/** Id of a thing that a command creates: repeating the command names the same thing. */
export function derivedId(commandId: string, name: string): string {
  return uuidv5(commandId, name);
}

/** `category-id`. The category ends at the first dash, so it holds none itself. */
export function streamName(category: string, id: string): string {
  if (category.includes('-') || category === '' || id === '') throw new TypeError(`No stream name: ${category}-${id}`);
  return `${category}-${id}`;
}

/** Category of a stream: everything before its first dash. */
export function categoryOf(stream: string): string {
  const dash = stream.indexOf('-');
  return dash < 0 ? stream : stream.slice(0, dash);
}

/** Id part of a stream that an account owns: the account comes first, so one prefix finds all of an account's. */
export function accountStream(accountId: string, id: string): string {
  return `${accountId}_${id}`;
}
