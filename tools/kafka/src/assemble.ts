import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const project = resolve(__dirname, '..');
/** Everything of Kafka that is not in git: its artifacts and the folders of running brokers. */
export const kafkaFolder = resolve(project, '../../.cache/kafka');

export type Assembled = { classpath: string; missing?: undefined } | { classpath?: undefined; missing: string };

/** Puts the broker together, once per version of its pom.xml. */
export const assembleKafka = (path = process.env.PATH ?? '', folder = kafkaFolder): Assembled =>
  assembleFromMaven({ what: 'Kafka 4', pom: join(project, 'pom.xml'), folder, path });

/**
 * Puts a Java server together from the Maven artifacts that a project file names, once per version of that file.
 * Returns the class path, or a sentence that names the missing part; never throws for a missing part.
 */
export function assembleFromMaven(server: { what: string; pom: string; folder: string; path?: string }): Assembled {
  const { what, pom, folder, path = process.env.PATH } = server;
  const env = { ...process.env, PATH: path };
  const java = javaMajor(env);
  if (java === undefined) return { missing: `no \`java\` on PATH (${what} needs Java 17 or newer)` };
  if (java < 17) return { missing: `Java ${java} is too old (${what} needs Java 17 or newer)` };
  const libs = join(folder, 'libs');
  const marker = join(libs, '.pom-sha256');
  const wanted = createHash('sha256').update(readFileSync(pom)).digest('hex');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return { classpath: join(libs, '*') };
  rmSync(libs, { recursive: true, force: true });
  mkdirSync(libs, { recursive: true });
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${libs}`];
  const maven = spawnSync('mvn', ['-B', '-q', '-f', pom, ...goal], { env, encoding: 'utf8', timeout: 300_000 });
  if (maven.error) return { missing: `Maven did not run (${maven.error.message})` };
  if (maven.status !== 0)
    return { missing: `Maven could not fetch ${what}: ${firstError(maven.stdout + maven.stderr)}` };
  writeFileSync(marker, wanted);
  return { classpath: join(libs, '*') };
}

function javaMajor(env: NodeJS.ProcessEnv): number | undefined {
  const answer = spawnSync('java', ['-version'], { env, encoding: 'utf8' });
  const version = /version "(\d+)(?:\.(\d+))?/.exec(answer.stderr ?? '');
  if (answer.error || !version) return undefined;
  // Up to Java 8 the major was the second number.
  return version[1] === '1' ? Number(version[2]) : Number(version[1]);
}

function firstError(output: string): string {
  return (
    output
      .split('\n')
      .find((line) => line.includes('ERROR'))
      ?.slice(0, 300) ?? 'no reason given'
  );
}
