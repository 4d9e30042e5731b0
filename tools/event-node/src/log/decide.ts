import { checkAppend, type KnownIds } from './check-append.js';
import { type WriteAnswer, type WriteCommand } from './command.js';
import { type Draft } from './draft.js';
import { isMetastream, originalOf, type RecordedEvent, tombstoneText } from './event.js';
import { type RecentIds } from './recent-ids.js';
import { type Store } from './store.js';
import { isSoftDeleted, undeleted } from './stream-state.js';

const written = (event: Pick<RecordedEvent, 'revision' | 'position'>): WriteAnswer => ({
  kind: 'written',
  revision: event.revision,
  position: event.position,
});

/** Decides one command against the draft and adds its events there. The answer holds only once the draft is durable. */
export async function decide(
  command: WriteCommand,
  draft: Draft,
  recent: RecentIds,
  store: Store,
): Promise<WriteAnswer> {
  const { stream, intent } = command;
  const ids = intent.kind === 'append' ? intent.events.map((event) => event.id) : [];
  const state = draft.of(stream);
  const verdict = await checkAppend(state, command.expected, ids, knownIds(stream, draft, recent, store));
  switch (verdict.kind) {
    case 'stream-deleted':
      return { kind: 'stream-deleted' };
    case 'wrong-revision':
      return { kind: 'wrong-revision', current: state.head };
    case 'repeated': {
      const [event] = await placed(stream, verdict.lastRevision, 1, draft, store);
      return { kind: 'written', revision: verdict.lastRevision, position: event?.position };
    }
    case 'ok':
      return carryOut(command, draft);
  }
}

function carryOut({ stream, intent }: WriteCommand, draft: Draft): WriteAnswer {
  if (intent.kind === 'tombstone') return written(draft.tombstone(stream));
  const state = draft.of(stream);
  if (intent.kind === 'delete') {
    if (state.head < 0 && state.metaHead < 0) return { kind: 'wrong-revision', current: -1 };
    // Written as text: the number is beyond what JSON.stringify can say.
    return written(draft.writeMetadata(stream, `{"$tb":${tombstoneText}}`));
  }
  const original = originalOf(stream);
  const before = draft.about(original);
  const last = draft.append(stream, intent.events);
  // Writing to a soft-deleted stream, or to its metadata, opens it again after its old events.
  if (isSoftDeleted(before) && last !== undefined) {
    const now = draft.about(original);
    draft.writeMetadata(original, undeleted({ ...now, head: before.head }));
  }
  return last === undefined ? { kind: 'written', revision: state.head, position: undefined } : written(last);
}

/** Events at exact revisions, from the draft where it has them, else from the store. */
async function placed(
  stream: string,
  revision: number,
  count: number,
  draft: Draft,
  store: Store,
): Promise<RecordedEvent[]> {
  const stored = await store.readStream(stream, revision, 'forwards', count);
  const drafted = draft.events.filter(
    (event) => event.stream === stream && event.revision >= revision && event.revision < revision + count,
  );
  return [...stored, ...drafted];
}

function knownIds(stream: string, draft: Draft, recent: RecentIds, store: Store): KnownIds {
  return {
    at: async (revision, count) => {
      const ids: string[] = [];
      for (const event of await placed(stream, revision, count, draft, store))
        ids[event.revision - revision] = event.id;
      return ids;
    },
    recent: (id) =>
      draft.events.find((event) => event.id === id && event.stream === stream)?.revision ?? recent.find(stream, id),
  };
}

/** A metadata stream has no metadata of its own here; the real server's system streams need none either. */
export const isWritable = (stream: string): boolean =>
  stream !== '' && stream !== '$$' && !(isMetastream(stream) && isMetastream(originalOf(stream)));
