import { createHmac } from 'node:crypto';
import { isErased, type StoredEvent } from '@annals/event-store';
import { allEvents, type EventContract, type FieldPath } from '@annals/contracts';

const contracts = new Map<string, EventContract>(allEvents.map((contract) => [contract.type, contract]));

/**
 * Replaces personal values by pseudonyms. The same value has the same pseudonym, so joins still work; without the
 * secret nobody can try values out. An erased value shows as `[erased]`.
 */
export function maskEvent(event: StoredEvent, secret: string): Record<string, unknown> {
  const fields = contracts.get(event.type)?.personalFields ?? [];
  return fields.reduce<Record<string, unknown>>(
    (data, field) => maskPath(data, field.path, secret) as Record<string, unknown>,
    event.data,
  );
}

function maskPath(value: unknown, path: FieldPath, secret: string): unknown {
  if (value === null || value === undefined) return value;
  const [head, ...rest] = path;
  if (head === undefined) return isErased(value) ? '[erased]' : pseudonym(value, secret);
  if (Array.isArray(value)) return value.map((item) => maskPath(item, rest, secret));
  if (typeof value !== 'object' || isErased(value)) return isErased(value) ? '[erased]' : value;
  const record = value as Record<string, unknown>;
  const names = head === '*' ? Object.keys(record) : head in record ? [head] : [];
  return { ...record, ...Object.fromEntries(names.map((name) => [name, maskPath(record[name], rest, secret)])) };
}

function pseudonym(value: unknown, secret: string): string {
  return `masked:${createHmac('sha256', secret).update(JSON.stringify(value)).digest('hex').slice(0, 10)}`;
}
