import { type Disclosure, listDisclosuresRoute as route, pageMeta } from '@annals/contracts';
import { type EventStore, isErased, type StoredEvent, streamName } from '@annals/event-store';
import { type MountedRoute, mount } from '@annals/service';
import { ownerOf, streamOf } from '../owner.js';
import { disclosures } from './reveal-profile.js';

/** GET /users/profile/disclosures: read from the stream itself, where revisions count them, so that none is missing. */
export const listDisclosures = ({ store }: { store: Pick<EventStore, 'readStream'> }): MountedRoute =>
  mount(route, async ({ context, query: { page, limit } }) => {
    const stream = streamName(disclosures.category, streamOf(ownerOf(context)));
    const total = await countOf(store, stream);
    const newest = total - 1 - (page - 1) * limit;
    const data: Disclosure[] = [];
    if (newest >= 0) {
      const events = store.readStream(stream, { backwards: true, from: BigInt(newest), limit });
      for await (const event of events) data.push(disclosureOf(event));
    }
    return { status: 200, body: { data, meta: pageMeta(page, limit, total) } };
  });

async function countOf(store: Pick<EventStore, 'readStream'>, stream: string): Promise<number> {
  for await (const { revision } of store.readStream(stream, { backwards: true, limit: 1, open: false })) {
    return Number(revision) + 1;
  }
  return 0;
}

function disclosureOf({ id, data }: StoredEvent): Disclosure {
  const { viewer_id, fields, disclosed_at } = data as Omit<Disclosure, 'id' | 'reason'>;
  return { id, viewer_id, fields, reason: isErased(data.reason) ? null : String(data.reason), disclosed_at };
}
