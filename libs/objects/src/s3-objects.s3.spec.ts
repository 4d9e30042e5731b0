import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { assembleFromMaven } from '@annals/kafka';
import { guardUntilEndOf } from '@annals/testing';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { objectsContract } from './objects-contract.js';
import type { S3Place } from './objects-url.js';
import { provisionObjects } from './open-objects.js';
import { s3Client, usualLimits } from './s3-client.js';
import { s3Objects } from './s3-objects.js';

const project = resolve(__dirname, '..');

objectsContract('A bucket of S3Proxy', async () => {
  const cache = resolve(project, '../../.cache/s3proxy');
  mkdirSync(cache, { recursive: true });
  const assembled = assembleFromMaven({ what: 'S3Proxy', pom: join(project, 'pom.xml'), folder: cache });
  if (assembled.classpath === undefined) throw new Error(assembled.missing);
  const folder = mkdtempSync(join(tmpdir(), 'annals-s3proxy-'));
  const server = await startS3Proxy(assembled.classpath, folder);
  guardUntilEndOf(process.pid, server.process.pid!, folder);
  // Whoever has a wrong secret is refused.
  await expect(s3Objects({ ...server.place, secret: 'wrong' }).ping()).rejects.toMatchObject({ status: 503 });
  await provisionObjects({ kind: 's3', ...server.place });
  await provisionObjects({ kind: 's3', ...server.place });
  const objects = s3Objects(server.place);
  const client = s3Client(server.place, usualLimits);
  return {
    objects,
    unfinished: async () => {
      const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: server.place.bucket }));
      return Uploads?.length ?? 0;
    },
    dispose: async () => {
      objects.close();
      client.destroy();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
});

/** A store that speaks S3 and was written by others. */
interface S3Proxy {
  place: S3Place;
  process: ChildProcess;
  /** Ends it and waits for its end. */
  stop(): Promise<void>;
}

const logSettings = `<configuration>
  <appender name="out" class="ch.qos.logback.core.ConsoleAppender"><encoder><pattern>%msg%n</pattern></encoder></appender>
  <root level="info"><appender-ref ref="out" /></root>
</configuration>
`;

/**
 * Starts S3Proxy on a free loopback port, over files in a folder.
 * @throws Error with what it said when it ends before it listens
 */
async function startS3Proxy(classpath: string, folder: string): Promise<S3Proxy> {
  const keys = { accessKey: 'annals', secret: 'a/secret+with=signs' };
  const [settings, logging] = [join(folder, 's3proxy.conf'), join(folder, 'logback.xml')];
  mkdirSync(join(folder, 'data'));
  writeFileSync(logging, logSettings);
  writeFileSync(
    settings,
    [
      ...['s3proxy.endpoint=http://127.0.0.1:0', 's3proxy.authorization=aws-v4'],
      ...[`s3proxy.identity=${keys.accessKey}`, `s3proxy.credential=${keys.secret}`],
      ...['jclouds.provider=filesystem-nio2', 'jclouds.identity=none', 'jclouds.credential=none'],
      `jclouds.filesystem.basedir=${join(folder, 'data')}`,
    ].join('\n'),
  );
  const jvm = ['-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', `-Dlogback.configurationFile=${logging}`];
  const args = [...jvm, '-cp', classpath, 'org.gaul.s3proxy.Main', '--properties', settings];
  const server = spawn('java', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const port = await listeningPort(server);
  return {
    place: { endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', bucket: 'specs', ...keys },
    process: server,
    stop: () => (server.kill('SIGKILL'), ended),
  };
}

function listeningPort(server: ChildProcess): Promise<number> {
  let said = '';
  return new Promise((resolve, reject) => {
    const hear = (text: Buffer) => {
      said += text.toString();
      const port = /Started ServerConnector.*127\.0\.0\.1:(\d+)/.exec(said)?.[1];
      if (port) resolve(Number(port));
    };
    server.stdout?.on('data', hear);
    server.stderr?.on('data', hear);
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`S3Proxy did not start:\n${said.slice(-2000)}`)));
  });
}
