import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allEvents, type EventContract } from '@annals/contracts';
import { storedEvents } from '@annals/testing';
import { integrationEvent as ofActivity } from '../../../apps/activity/src/publish.js';
import { integrationEventOf as ofExport, jobOf } from '../../../apps/export/src/publish.js';
import { toIntegrationEvent as ofIdentity } from '../../../apps/identity/src/publish.js';
import { integrationEvent as ofProfile } from '../../../apps/profile/src/publish.js';
import { root } from './settings.js';
import { textFields } from './unmarked.js';

const maps = { identity: ofIdentity, profile: ofProfile, activity: ofActivity, export: ofExport, 'export jobs': jobOf };
const fixtures = join(root, 'libs/contracts/fixtures');
const canary = 'kanarienvogel';

/** An event in which everything that says something about a person, and every other text, is the canary. */
function sung(contract: EventContract) {
  const name = `${contract.type}.v${contract.version}.json`;
  const data = JSON.parse(readFileSync(join(fixtures, name), 'utf8')) as Record<string, unknown>;
  const personal = contract.personalFields.map(({ path }) => path[0]!);
  for (const field of personal) if (field in data) data[field] = canary;
  const account_id = typeof data.account_id === 'string' ? data.account_id : null;
  return {
    event: storedEvents([{ type: contract.type, stream: `${contract.category}-x`, account_id, data }])[0]!,
    name,
  };
}

describe('messages on the bus', () => {
  it.each(Object.entries(maps))('of %s hold nothing that is marked as personal', (_service, map) => {
    for (const contract of allEvents) {
      const { event, name } = sung(contract);
      expect([name, JSON.stringify(map(event) ?? null)]).not.toEqual([name, expect.stringContaining(canary)]);
    }
  });

  it('are made of events that would sing: every marked event has a fixture that says something', () => {
    const marked = allEvents.filter(({ personalFields }) => personalFields.length > 0);
    const silent = marked.filter((contract) => !JSON.stringify(sung(contract).event.data).includes(canary));
    expect(silent.map(({ type }) => type)).toEqual([]);
    expect(readdirSync(fixtures).length).toBeGreaterThanOrEqual(allEvents.length);
  });

  it('are noticed when they do hold something', () => {
    const careless = ({ data }: { data: unknown }) => ({ key: 'x', type: 'x', data });
    const contract = allEvents.find(({ type }) => type === 'ProfileUpdated')!;
    expect(JSON.stringify(careless(sung(contract).event))).toContain(canary);
    expect(textFields(contract.data, []).length).toBeGreaterThan(0);
  });
});
