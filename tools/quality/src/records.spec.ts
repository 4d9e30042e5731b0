import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allEvents } from '@annals/contracts';
import { recordsDocument } from './records.js';
import { root } from './settings.js';

describe('docs/records-of-processing.md', () => {
  it('is what the contracts say today', () => {
    const file = join(root, 'docs/records-of-processing.md');
    if (process.env.UPDATE_GENERATED === 'true') writeFileSync(file, recordsDocument());
    expect(readFileSync(file, 'utf8')).toBe(recordsDocument());
  });

  it('names every marked field of every event', () => {
    const document = recordsDocument();
    for (const { type, personalFields } of allEvents) {
      for (const { path } of personalFields) expect(document).toContain(`| ${type} | \`${path.join('.')}\` |`);
    }
  });
});
