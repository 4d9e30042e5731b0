import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { answers } from './answers.js';
import { kafkaFolder } from './assemble.js';
import { freePorts } from './free-ports.js';
import { noteRun, sweepOrphans } from './orphans.js';
import { brokerSettings, logSettings } from './settings.js';

export interface RunningKafka {
  /** `host:port` for clients. */
  brokers: string[];
  pid(): number | undefined;
  /** SIGKILL, as a machine that lost its power. Data stay. */
  kill(): Promise<void>;
  /** Starts the killed broker again on the same data and port; resolves when it answers. */
  restart(): Promise<void>;
  /** SIGTERM, after ten seconds SIGKILL; removes the data. */
  stop(): Promise<void>;
}

/**
 * Starts a real Apache Kafka (KRaft, one node) on free loopback ports with a temporary data folder.
 * Ends with the calling process; what a killed caller left behind is swept at the next start.
 * @param classpath from `assembleKafka`
 * @throws Error with the end of the broker's log when it does not answer within a minute.
 */
export async function startKafka(classpath: string): Promise<RunningKafka> {
  const runs = join(kafkaFolder, 'run');
  sweepOrphans(runs);
  mkdirSync(runs, { recursive: true });
  const folder = mkdtempSync(join(runs, 'broker-'));
  const [port, controllerPort] = (await freePorts(2)) as [number, number];
  const settings = join(folder, 'server.properties');
  const logging = join(folder, 'log4j2.properties');
  writeFileSync(settings, brokerSettings({ port, controllerPort, dataDir: join(folder, 'data') }));
  writeFileSync(logging, logSettings);
  const jvm = ['-Xms128m', '-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
  const java = [...jvm, `-Dlog4j2.configurationFile=${logging}`, '-cp', classpath];
  format(java, settings);

  let broker: ChildProcess | undefined;
  const endWithUs = () => broker?.kill('SIGKILL');
  process.once('exit', endWithUs);
  const launch = async () => {
    broker = run(java, settings, folder);
    await untilAnswers(broker, port, folder);
  };
  const end = async (signal: NodeJS.Signals) => {
    if (broker) await ended(broker, signal);
    broker = undefined;
  };
  const stop = async () => {
    await end('SIGTERM');
    process.removeListener('exit', endWithUs);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await launch();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    brokers: [`127.0.0.1:${port}`],
    pid: () => broker?.pid,
    kill: () => end('SIGKILL'),
    restart: launch,
    stop,
  };
}

function format(java: string[], settings: string): void {
  // A UUID in hex would be too long; one that begins with a dash the tool takes for an option.
  const clusterId = `A${randomBytes(16).toString('base64url').slice(1)}`;
  const tool = ['kafka.tools.StorageTool', 'format', '--standalone', '--cluster-id', clusterId, '--config', settings];
  const result = spawnSync('java', [...java, ...tool], { encoding: 'utf8', timeout: 60_000 });
  if (result.status !== 0) throw new Error(`Kafka could not format its folder: ${result.stdout}${result.stderr}`);
}

function run(java: string[], settings: string, folder: string): ChildProcess {
  const log = openSync(join(folder, 'broker.log'), 'a');
  const broker = spawn('java', [...java, 'kafka.Kafka', settings], { stdio: ['ignore', log, log] });
  closeSync(log);
  if (broker.pid) noteRun(folder, broker.pid);
  return broker;
}

async function untilAnswers(broker: ChildProcess, port: number, folder: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await answers(port))) {
    if (broker.exitCode !== null || broker.signalCode !== null || Date.now() > deadline) {
      const log = readFileSync(join(folder, 'broker.log'), 'utf8').trim().split('\n').slice(-8).join('\n');
      throw new Error(`Kafka did not start. Its log ends with:\n${log}`);
    }
    await wait(100);
  }
}

async function ended(broker: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (broker.exitCode !== null || broker.signalCode !== null) return;
  const exit = new Promise((resolve) => broker.once('exit', resolve));
  const hard = setTimeout(() => broker.kill('SIGKILL'), 10_000);
  broker.kill(signal);
  await exit;
  clearTimeout(hard);
}
