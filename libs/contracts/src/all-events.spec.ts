import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allEvents } from './index.js';

/** One file per event type and version ever written: `<Type>.v<version>.json`. Files are added, never changed. */
const folder = join(__dirname, '..', 'fixtures');
const fixture = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, unknown>;
const versions = allEvents.flatMap((contract) =>
  Array.from({ length: contract.version }, (_, index) => ({ contract, version: index + 1 })),
);

describe('events as they were once written', () => {
  it.each(versions.map(({ contract, version }) => [`${contract.type}.v${version}.json`, contract, version] as const))(
    '%s still reads, and says what it said',
    (name, contract, version) => {
      let data = fixture(name);
      for (let from = version; from < contract.version; from++) data = contract.upcasters[from]!(data);
      expect(contract.data.parse(data)).toMatchObject(data);
    },
  );

  it('are all of events that still exist', () => {
    const known = versions.map(({ contract, version }) => `${contract.type}.v${version}.json`);
    expect(readdirSync(folder).sort()).toEqual(known.sort());
  });

  it('have a name and a category of their own', () => {
    const types = allEvents.map((contract) => contract.type);
    expect(new Set(types).size).toBe(types.length);
    for (const { category } of allEvents) expect(category).toMatch(/^[a-z]+$/);
  });
});
