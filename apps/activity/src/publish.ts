import { type StoredEvent } from '@annals/event-store';
import { type IntegrationEvent } from '@annals/messaging';

export const topic = 'activity.events.v1';
export const publishedCategories = ['tracked'] as const;

/** What others are told: that a person's client sent facts, and how many; never what they say. */
export function integrationEvent({ type, data, metadata }: StoredEvent): IntegrationEvent | null {
  if (type !== 'ActivityTracked') return null;
  const { account_id, user_id, batch_id, count } = data;
  return {
    key: `${String(account_id)}/${String(user_id)}`,
    type: 'activity.tracked.v1',
    data: { account_id, user_id, batch_id, count, occurred_at: metadata.occurred_at },
  };
}
