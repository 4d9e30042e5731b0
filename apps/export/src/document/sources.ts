import { buffer } from 'node:stream/consumers';
import { serviceIdentity } from '@annals/auth';
import { Problem, type ExportPart, type IdentityContext, type RequestContext } from '@annals/contracts';
import type { EventStore } from '@annals/event-store';
import type { InternalClient } from '@annals/service';

export interface Subject {
  accountId: string;
  userId: string;
}

export interface Sources {
  store: EventStore;
  identity: InternalClient;
  profile: InternalClient;
  activity: InternalClient;
}

export interface Gathered {
  content: unknown;
  items: number;
}

const principal = 'svc:export';

/**
 * Reads one part of what is held about a person from the service that owns it, on the person's behalf: each owner
 * applies its own rules, and another account's data cannot come along.
 */
export async function gatherPart(
  sources: Sources,
  part: ExportPart,
  subject: Subject,
  request: RequestContext,
): Promise<Gathered> {
  const identity = serviceIdentity(principal, subject);
  const one = async (client: InternalClient, path: string): Promise<Gathered> => {
    const { body } = await client.call({ method: 'GET', path: `/api/v1${path}`, identity, request });
    return { content: body, items: 1 };
  };
  const all = (client: InternalClient, path: string) => allPages(client, path, identity, request);
  switch (part) {
    case 'user':
      return userPart(sources.store, subject.userId);
    case 'accounts':
      return all(sources.identity, '/accounts');
    case 'sessions':
      return all(sources.identity, '/users/sessions');
    case 'devices':
      return all(sources.identity, '/users/devices');
    case 'profile':
      return one(sources.profile, '/users/profile');
    case 'avatar':
      return picture(sources.profile, `/users/${subject.userId}/avatar?size=1024&format=webp`, identity, request);
    case 'privacy':
      return one(sources.profile, '/users/profile/privacy');
    case 'verification':
      return one(sources.profile, '/users/profile/verification');
    case 'disclosures':
      return all(sources.profile, '/users/profile/disclosures');
    case 'preferences':
      return one(sources.profile, '/users/preferences');
    case 'activity':
      return all(sources.activity, '/users/activity');
  }
}

const pageSize = 100;

async function allPages(
  client: InternalClient,
  path: string,
  identity: IdentityContext,
  request: RequestContext,
): Promise<Gathered> {
  const content: unknown[] = [];
  let next = `page=1`;
  for (;;) {
    const { body } = await client.call({
      method: 'GET',
      path: `/api/v1${path}?limit=${pageSize}&${next}`,
      identity,
      request,
    });
    const { data, meta } = body as {
      data: unknown[];
      meta: { has_next_page: boolean; current_page?: number; next_cursor?: string | null };
    };
    content.push(...data);
    if (!meta.has_next_page) return { content, items: content.length };
    // A walk by cursor is not disturbed by what is added meanwhile; short lists have pages only.
    next = meta.next_cursor ? `cursor=${encodeURIComponent(meta.next_cursor)}` : `page=${(meta.current_page ?? 1) + 1}`;
  }
}

/** The bytes of a picture as text; null where there is none. */
async function picture(
  client: InternalClient,
  path: string,
  identity: IdentityContext,
  request: RequestContext,
): Promise<Gathered> {
  try {
    const { headers, body } = await client.stream({ method: 'GET', path: `/api/v1${path}`, identity, request });
    const bytes = await buffer(body);
    const content = { media_type: headers['content-type'], bytes: bytes.length, base64: bytes.toString('base64') };
    return { content, items: 1 };
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return { content: null, items: 0 };
    throw error;
  }
}

/** The user record is the user's own stream: each event sets the fields it names. */
async function userPart(store: EventStore, userId: string): Promise<Gathered> {
  const user: Record<string, unknown> = {};
  for await (const event of store.readStream(`user-${userId}`)) Object.assign(user, event.data);
  return { content: user, items: Object.keys(user).length > 0 ? 1 : 0 };
}
