import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allEvents } from '@annals/contracts';
import { changesOf, type StoredEvent } from '@annals/event-store';
import { auditFacts } from './audit-row.js';
import { append, emptyLog } from './log-state.js';

const events = join(__dirname, '../../../../libs/contracts/fixtures');
const account_id = '018f0000-0000-7000-8000-00000000000a';

/** One hash for each event type and version ever written. Lines are added, never changed: proofs were given for them. */
const golden = JSON.parse(readFileSync(join(__dirname, '../../fixtures/entry-hashes.json'), 'utf8')) as Record<
  string,
  string
>;

/** The fixture as the event it was, in an envelope that never changes. */
function frozen(name: string) {
  const [type = '', version = ''] = name.split(/\.v|\.json/);
  const contract = allEvents.find((known) => known.type === type)!;
  let data = JSON.parse(readFileSync(join(events, name), 'utf8')) as Record<string, unknown>;
  for (let from = Number(version); from < contract.version; from++) data = contract.upcasters[from]!(data);
  const id = '018f0000-0000-7000-8000-0000000000f1';
  const event: StoredEvent = {
    ...{ id, type, stream: `${contract.category}-${account_id}_thing`, revision: 3n },
    ...{ position: { commit: 10n, prepare: 9n }, recordedAt: new Date(0) },
    data: contract.data.parse(data),
    metadata: {
      ...{ $correlationId: 'c', $causationId: 'd', command_id: 'e', transaction_id: 't', request_id: 'r', account_id },
      actor: {
        ...{ user_id: '018f0000-0000-7000-8000-0000000000b1', session_id: 's', kind: 'user', on_behalf_of: 'o' },
        ...{ principal: 'svc:x', temporary_roles: ['ADMIN'], elevation_id: 'l' },
      },
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      ...{ schema_version: Number(version), occurred_at: '2026-03-01T12:00:00.000Z' },
      client: { ip: 'v1.k.i.c', user_agent: 'Mozilla \0 \ud800' },
    },
  };
  return { event, contract };
}

describe('the hash of an entry', () => {
  it.each(readdirSync(events).sort())('of %s is what it always was', (name) => {
    const { event, contract } = frozen(name);
    const facts = auditFacts(event, contract, changesOf(event, contract, {}).changes, account_id);
    const { row } = append(emptyLog, facts, () => undefined);
    expect({ [name]: row.hash.toString('hex') }).toEqual({ [name]: golden[name] });
  });

  it('is frozen for events that exist, and for no others', () => {
    expect(Object.keys(golden).sort()).toEqual(readdirSync(events).sort());
  });
});
