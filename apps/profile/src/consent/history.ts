import { type ConsentDecision } from '@annals/contracts';
import { type EventStore, streamName } from '@annals/event-store';
import { type Owner, streamOf } from '../owner.js';
import { profile } from '../profile/profile.js';
import { consents, decisionOf, decisionsBySetting } from './consents.js';

/** Every decision of a person in an account, newest first: those of the list, and those of the setting of older times. */
export async function consentHistory(store: Pick<EventStore, 'readStream'>, owner: Owner): Promise<ConsentDecision[]> {
  const [decided, bySetting] = await Promise.all([
    read(store, streamName(consents.category, streamOf(owner)), (event) => [decisionOf(event)]),
    read(store, streamName(profile.category, streamOf(owner)), ({ type, data }) =>
      type === 'ProfilePrivacyChanged' && typeof data.activity_tracking === 'boolean'
        ? decisionsBySetting(data.activity_tracking, String(data.updated_at))
        : [],
    ),
  ]);
  // Of the same moment, the later of a stream comes first.
  return [...bySetting, ...decided].reverse().sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
}

type StoredEvent = Parameters<typeof decisionOf>[0];

async function read(
  store: Pick<EventStore, 'readStream'>,
  stream: string,
  decisions: (event: StoredEvent) => ConsentDecision[],
): Promise<ConsentDecision[]> {
  const found: ConsentDecision[] = [];
  for await (const event of store.readStream(stream, { open: false })) found.push(...decisions(event));
  return found;
}
