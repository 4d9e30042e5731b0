import { serviceIdentity } from '@annals/auth';
import type { ExportPart } from '@annals/contracts';
import type { EventStore } from '@annals/event-store';
import type { Pool, ProjectionRunner } from '@annals/postgres';
import type { InternalClient } from '@annals/service';
import { readRecords } from '../views/records/read-records.js';
import { readFile } from './files.js';
import { type Page, readList, readOne, readShortList, type Reading } from './pages.js';
import type { Section, SectionsOf, Subject } from './section.js';

export interface Sources {
  store: EventStore;
  pool: Pool;
  /** The running projection of records. */
  records: Pick<ProjectionRunner, 'caughtUp'>;
  identity: InternalClient;
  profile: InternalClient;
  activity: InternalClient;
}

type Items = Section['items'];

const principal = 'svc:export';

/**
 * What is held about one person in an account, and what is held about them for no account. Each part is read from the
 * service that owns it, on the person's behalf: each owner applies its own rules, and another account's data cannot come
 * along.
 */
export const selfSections =
  (sources: Sources): SectionsOf =>
  (include, subject, request) => {
    const identity = serviceIdentity(principal, subject);
    const from = (client: InternalClient): Reading => ({ client, identity, request });
    const [inIdentity, inProfile, inActivity] = [sources.identity, sources.profile, sources.activity].map(from) as [
      Reading,
      Reading,
      Reading,
    ];
    const one = (part: ExportPart, items: Items): Section => ({ part, version: 1, kind: 'one', items });
    const many = (part: ExportPart, items: Items): Section => ({ part, version: 1, kind: 'many', items });
    const answer = (part: ExportPart, reading: Reading, path: string) =>
      one(part, async function* (signal) {
        yield await readOne(reading, path, signal);
      });
    const list = (part: ExportPart, reading: Reading, path: string) =>
      many(part, (signal) => readList(reading, path, signal));
    const shortList = (part: ExportPart, reading: Reading, path: string) =>
      many(part, (signal) => readShortList(reading, path, signal));

    const sections: readonly Section[] = [
      one('user', () => readUser(sources.store, subject)),
      list('accounts', inIdentity, '/accounts'),
      list('sessions', inIdentity, '/users/sessions'),
      list('devices', inIdentity, '/users/devices'),
      shortList('passkeys', inIdentity, '/users/me/passkeys'),
      shortList('providers', inIdentity, '/users/me/providers'),
      answer('profile', inProfile, '/users/profile'),
      one('avatar', async function* (signal) {
        const picture = `/api/v1/users/${subject.userId}/avatar?size=1024&format=webp`;
        const file = await readFile(inProfile, picture, signal);
        // As JPEG too: for the PDF, and for whoever reads nothing newer.
        const as_jpeg = file && (await readFile(inProfile, '/internal/avatar', signal));
        if (file) yield as_jpeg ? { ...file, as_jpeg } : file;
      }),
      answer('privacy', inProfile, '/users/profile/privacy'),
      answer('verification', inProfile, '/users/profile/verification'),
      many('evidence', (signal) => readEvidence(inProfile, signal)),
      list('disclosures', inProfile, '/users/profile/disclosures'),
      answer('preferences', inProfile, '/users/preferences'),
      // Every decision there was: what is in force follows from them.
      many('consents', (signal) =>
        readList(inProfile, '/users/consents', signal, (body) => (body as { history: Page }).history),
      ),
      list('activity', inActivity, '/users/activity'),
      many('records', (signal) => readRecords(sources, subject, signal)),
    ];
    return include.map((part) => {
      const found = sections.find((section) => section.part === part);
      if (!found) throw new Error(`nothing is known of a part ${part}`);
      return found;
    });
  };

/** The user record is the user's own stream: each event sets the fields it names. */
async function* readUser(store: EventStore, { userId }: Subject): AsyncGenerator<unknown> {
  const user: Record<string, unknown> = {};
  for await (const event of store.readStream(`user-${userId}`)) Object.assign(user, event.data);
  if (Object.keys(user).length > 0) yield user;
}

/** Documents that the person uploaded to be verified, with their bytes. */
async function* readEvidence(reading: Reading, signal: AbortSignal): AsyncGenerator<unknown> {
  const { documents = [] } = (await readOne(reading, '/users/profile/verification', signal)) as {
    documents?: { id: string }[];
  };
  for (const document of documents) {
    const file = await readFile(reading, `/internal/evidence/${document.id}`, signal);
    // Removed in between: it is not held any more.
    if (file) yield { ...document, file };
  }
}
