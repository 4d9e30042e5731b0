/**
 * Murmur2 as Kafka's Java client has it (`org.apache.kafka.common.utils.Utils.murmur2`), as a signed 32-bit number.
 * Kept here so that both engines, and other languages' clients, put a key into the same partition.
 */
export function murmur2(data: Uint8Array): number {
  const m = 0x5bd1e995;
  const at = (index: number) => data[index] ?? 0;
  let h = 0x9747b28c ^ data.length;
  const whole = data.length & ~3;
  for (let i = 0; i < whole; i += 4) {
    let k = at(i) | (at(i + 1) << 8) | (at(i + 2) << 16) | (at(i + 3) << 24);
    k = Math.imul(k, m);
    k ^= k >>> 24;
    k = Math.imul(k, m);
    h = Math.imul(h, m) ^ k;
  }
  const rest = data.length & 3;
  if (rest === 3) h ^= at(whole + 2) << 16;
  if (rest >= 2) h ^= at(whole + 1) << 8;
  if (rest >= 1) h = Math.imul(h ^ at(whole), m);
  h ^= h >>> 13;
  h = Math.imul(h, m);
  return h ^ (h >>> 15);
}

/** Partition of a key: the same in both engines and in every Java-compatible client. */
export function partitionOf(key: string, partitions: number): number {
  return (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions;
}
