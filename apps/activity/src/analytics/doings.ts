import { allEvents, type DeviceClass, type EventContract } from '@annals/contracts';
import { type StoredEvent } from '@annals/event-store';
import { activityRows } from '../activity/activity-row.js';
import { deviceOf } from '../activity/device.js';
import { accountOf, noAccount } from '../log/by-account.js';

const contracts = new Map<string, EventContract>(allEvents.map((contract) => [contract.type, contract]));

/** How long before its arrival a client may say that something happened; its clock is not believed beyond. */
export const believedMs = 7 * 24 * 60 * 60 * 1000;

/** Something a person did themselves in an account. */
export interface Doing {
  userId: string;
  type: string;
  category: string;
  source: 'server' | 'client';
  device: DeviceClass;
  /** Milliseconds since the epoch. */
  at: number;
}

/**
 * What of an event a person did themselves: the lines of their activity log without what others, programs or visitors
 * did to their things, and without what was tried in their name by somebody who had not signed in.
 */
export function doingsOf(event: StoredEvent): Doing[] {
  const { actor, client, occurred_at } = event.metadata;
  const accountId = accountOf(event);
  if (accountId === noAccount || actor.kind === 'service' || actor.elevation_id !== undefined) return [];
  const contract = contracts.get(event.type);
  if (!contract) throw new Error(`No contract for event ${event.type}`);
  if (actor.kind === 'anonymous' && contract.audit.outcome !== undefined) return [];
  const arrived = Date.parse(occurred_at);
  const device = deviceOf(client.user_agent);
  return activityRows(event, contract, accountId)
    .filter(({ user_id }) => actor.user_id === null || actor.user_id === user_id)
    .map(({ user_id, type, category, source, occurred_at: told }) => {
      const at = Date.parse(told);
      const believed = at <= arrived && at >= arrived - believedMs;
      return { userId: user_id, type, category, source, device, at: believed ? at : arrived };
    });
}
