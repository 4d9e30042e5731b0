import { type ProcessingRecord, recordsOfProcessing } from '@annals/contracts';

const heading = `# Records of processing activities

As Art. 30(1) GDPR wants them, generated from the contracts: \`UPDATE_GENERATED=true npm test\` writes them anew, and a build
with others fails. \`GET /api/v1/privacy/records-of-processing\` answers the same to an ADMIN. Who is responsible, and how to
reach them and their data protection officer, is for each installation to add.
`;

const list = (values: readonly string[]): string => (values.length === 0 ? '—' : values.join('; '));

function section(record: ProcessingRecord): string {
  const rows = [
    ['what for', record.description],
    ['about whom', list(record.subjects)],
    ['categories of data', list(record.categories)],
    ['lawful basis (Art. 6(1))', list(record.bases)],
    ['kept for', list(record.retention)],
    ['recipients', list(record.recipients)],
    ['besides events', list(record.besides)],
  ].map(([name, value]) => `| ${name} | ${value} |`);
  const fields = record.fields.map(
    ({ event, path, category, basis, retention }) =>
      `| ${event} | \`${path}\` | ${category} | ${basis} | ${retention} |`,
  );
  return [
    `## ${record.name} (\`${record.purpose}\`)`,
    '',
    ...['| | |', '|---|---|', ...rows, ''],
    ...['| event | field | category | basis | kept for |', '|---|---|---|---|---|', ...fields],
  ].join('\n');
}

/** The text of docs/records-of-processing.md. */
export function recordsDocument(): string {
  const records = recordsOfProcessing();
  const { security, transfers } = records[0]!;
  return [
    heading,
    '`account`: for as long as the account keeps the person. Other terms are durations of ISO 8601.',
    '',
    `**Transfers to third countries.** ${transfers}`,
    '',
    ['**Security of processing (Art. 32).**', '', ...security.map((measure) => `- ${measure}`)].join('\n'),
    '',
    records.map(section).join('\n\n'),
    '',
  ].join('\n');
}
