import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { configurations, envExample, root, settings, settingsTable } from './settings.js';

const heading = `# Configuration

Every setting is an environment variable. A bad value stops the start with one line per problem; an empty one counts as
not set. This table and \`.env.example\` are generated from the services' schemas: \`UPDATE_GENERATED=true npm test\`
writes them anew.
`;

/** Compares a generated file with what is committed, or writes it when asked to. */
function expectGenerated(path: string, content: string): void {
  const file = join(root, path);
  if (process.env.UPDATE_GENERATED === 'true') writeFileSync(file, content);
  expect(readFileSync(file, 'utf8')).toBe(content);
}

describe('the configuration', () => {
  it('is documented in docs/configuration.md', () =>
    expectGenerated('docs/configuration.md', `${heading}\n${settingsTable()}\n`));

  it('has an example in .env.example', () => expectGenerated('.env.example', envExample()));

  it.each(settings().map((setting) => [setting.name, setting] as const))(
    'says what %s means',
    (_name, { description }) => {
      expect(description.length).toBeGreaterThan(10);
    },
  );

  const compose = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
    services: Record<string, { environment: Record<string, string> }>;
  };
  it.each(Object.keys(configurations))('has every required setting of %s in docker-compose.yml', (service) => {
    const given = Object.keys(compose.services[service]!.environment);
    const required = settings().filter((setting) => setting.required && setting.services.includes(service));
    expect(required.map(({ name }) => name).filter((name) => !given.includes(name))).toEqual([]);
  });

  it.each(Object.keys(configurations))('is read by %s as docker-compose.yml gives it', (service) => {
    // Stands for the volume that `prepare` fills: every kind of key file, with a value of the right shape.
    const keys = mkdtempSync(join(tmpdir(), 'annals-keys-'));
    const jwk = { kty: 'OKP', crv: 'Ed25519', kid: 'somebody', x: 'AAAA' };
    writeFileSync(join(keys, 'signing.jwk.json'), JSON.stringify({ ...jwk, d: 'AAAA' }));
    writeFileSync(join(keys, 'inside.jwks.json'), JSON.stringify({ keys: [jwk] }));
    const { privateKey } = generateKeyPairSync('ed25519');
    for (const name of ['audit-signing.jwk.json', 'erasure-signing.jwk.json']) {
      writeFileSync(join(keys, name), JSON.stringify(privateKey.export({ format: 'jwk' })));
    }
    for (const name of ['key-encryption-key', 'lookup-secret', 'analytics-secret']) {
      writeFileSync(join(keys, name), Buffer.alloc(32, 1).toString('base64'));
    }
    const filled = Object.entries(compose.services[service]!.environment).map(([name, value]) => {
      const required = name === 'SMTP_URL' ? 'smtp://mail.test:25' : 'secret';
      const text = value.replace(/\$\{\w+(?::-([^}]*)|:\?[^}]*)?\}/g, (_, fallback?: string) => fallback ?? required);
      return [name, text.replace(/(^|:)\/keys\//, `$1${keys}/`)];
    });
    const result = configurations[service]!.safeParse(Object.fromEntries(filled.filter(([, value]) => value !== '')));
    rmSync(keys, { recursive: true });
    expect(result.error?.issues ?? []).toEqual([]);
  });

  it.each(Object.keys(configurations))('sets nothing in docker-compose.yml that %s does not read', (service) => {
    const known = settings()
      .filter(({ services }) => services.includes(service))
      .map(({ name }) => name);
    const shared = ['IDENTITY_URL', 'PROFILE_URL', 'ACTIVITY_URL', 'EXPORT_URL', 'PUBLIC_URL'];
    const given = Object.keys(compose.services[service]!.environment);
    expect(given.filter((name) => !known.includes(name) && !shared.includes(name))).toEqual([]);
  });
});
