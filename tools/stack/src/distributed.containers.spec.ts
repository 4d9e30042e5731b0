import { createClient } from '@annals/client';
import { registerRoute, terminateAllSessionsRoute } from '@annals/contracts';
import { until } from '@annals/testing';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DockerComposeEnvironment, GenericContainer, Wait, type StartedDockerComposeEnvironment } from 'testcontainers';
import { parse } from 'yaml';
import { demoPassword } from './sign-ins.js';
import { freePorts } from './story/free-ports.js';
import { signIn, type SignedInPerson } from './story/sign-up.js';
import { tellOwnStory } from './story/story.js';

const root = resolve(__dirname, '../../..');
const compose = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
  services: Record<string, { image?: string; environment?: Record<string, string> }>;
};
jest.setTimeout(900_000);

/** Why no container can run here, or undefined. Asked in a process of its own: tests are chosen before anything can be awaited. */
function missingEngine(): string | undefined {
  const question = `require('testcontainers').getContainerRuntimeClient()
    .then(() => process.exit(0), (error) => { process.stderr.write(error.message); process.exit(1); })`;
  const asked = spawnSync(process.execPath, ['-e', question], { cwd: root, encoding: 'utf8' });
  return asked.status === 0 ? undefined : asked.stderr.trim().split('\n').at(-1);
}

const reason = missingEngine();
if (reason !== undefined) {
  process.stdout.write(`SKIPPED: the distributed stack and the real EventStoreDB need a container engine: ${reason}\n`);
}
const withEngine = reason === undefined ? describe : describe.skip;

withEngine('the distributed stack of docker-compose.yml', () => {
  let stack: StartedDockerComposeEnvironment | undefined;
  let api: string;

  beforeAll(async () => {
    const [port] = await freePorts(1);
    const url = `http://127.0.0.1:${port}`;
    api = `${url}/api/v1`;
    const secrets = ['POSTGRES', 'IDENTITY_DB', 'PROFILE_DB', 'ACTIVITY_DB', 'EXPORT_DB', 'KEYS_DB'].map(
      (name) => [`${name}_PASSWORD`, randomBytes(16).toString('hex')] as const,
    );
    const settings = {
      ...{ GATEWAY_PORT: String(port), PUBLIC_URL: url, SMTP_URL: 'smtp://mail.invalid:25' },
      OBJECTS_SECRET: randomBytes(16).toString('hex'),
    };
    stack = await new DockerComposeEnvironment(root, 'docker-compose.yml')
      .withEnvironment({ ...Object.fromEntries(secrets), ...settings })
      .withDefaultWaitStrategy(Wait.forHealthCheck())
      .withWaitStrategy('prepare-1', Wait.forOneShotStartup())
      .withStartupTimeout(600_000)
      .withBuild()
      .up();
  });
  afterAll(async () => {
    await stack?.down({ removeVolumes: true });
  });

  it('tells the story of one person: profile, audit log, sessions, export', async () => {
    const email = `ada.${randomBytes(4).toString('hex')}@example.test`;
    await createClient({ baseUrl: api }).call(registerRoute, { body: { email, password: demoPassword, name: 'Ada' } });
    let ada: SignedInPerson | undefined;
    // Her home account is made after the answer; until then she signs in for none.
    await until('she has her home account', async () => {
      ada = await signIn(api, { email, password: demoPassword, device: 'Laptop' }).catch(() => undefined);
      return ada !== undefined;
    });
    // Sign-ins that came too early for an account are sessions too.
    await ada!.client.call(terminateAllSessionsRoute, { query: { except_current: 'true' } });
    const steps: string[] = [];
    await tellOwnStory({ api, tell: (step) => steps.push(step) }, ada!);
    expect(steps).toHaveLength(5);
  });
});

withEngine('the conformance specs of the event node', () => {
  it('hold against a real EventStoreDB as well', async () => {
    const { image, environment = {} } = compose.services.eventstore!;
    const server = await new GenericContainer(image!)
      .withEnvironment(environment)
      .withExposedPorts(2113)
      .withWaitStrategy(Wait.forHttp('/health/live', 2113).forStatusCodeMatching((status) => status < 300))
      .start();
    const EVENTSTORE_URL = `esdb://${server.getHost()}:${server.getMappedPort(2113)}?tls=false`;
    const { ANNALS_LANE: _lane, ...env } = process.env;
    const jest = join(root, 'node_modules/jest/bin/jest.js');
    const run = spawnSync(process.execPath, [jest, 'conformance', '--coverage=false'], {
      cwd: join(root, 'tools/event-node'),
      env: { ...env, EVENTSTORE_URL },
      encoding: 'utf8',
    });
    await server.stop();
    expect({ status: run.status, failed: run.status === 0 ? '' : run.stderr }).toEqual({ status: 0, failed: '' });
  });
});
