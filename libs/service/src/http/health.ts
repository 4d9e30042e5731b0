import type { Response } from 'express';
import type { Logger } from '../log.js';
import { basePath } from './mount.js';

/** Resolves when a dependency can do its job. */
export type Check = () => Promise<void>;

export interface Lifecycle {
  /** `starting`: stores are awaited; `draining`: going away, send nothing new. */
  state: 'starting' | 'ready' | 'draining';
  /** Server-Sent Events that are open now. */
  eventStreams: Set<Response>;
}

export interface Version {
  service: string;
  version: string;
  commit: string;
}

export interface HealthOptions {
  version: Version;
  checks: Readonly<Record<string, Check>>;
  lifecycle: Lifecycle;
  logger: Logger;
}

export interface HealthAnswer {
  status: number;
  body: Readonly<Record<string, unknown>>;
}

const checkTimeout = 2000;
/** A verdict is used this long for everybody who asks, in milliseconds. */
const verdictLife = 1000;

/** Answers `/health`, `/livez`, `/readyz` and `/version`, at the root and under the base path; undefined for other paths. */
export function createHealth(options: HealthOptions): (path: string) => Promise<HealthAnswer> | undefined {
  const { version, lifecycle } = options;
  const readiness = createReadiness(options);
  const alive: HealthAnswer = { status: 200, body: { status: 'ok' } };
  const answers: Record<string, () => Promise<HealthAnswer>> = {
    '/health': async () => alive,
    '/livez': async () => alive,
    '/version': async () => ({ status: 200, body: { ...version, node: process.versions.node } }),
    '/readyz': async () => {
      const checks = await readiness();
      const ready = lifecycle.state === 'ready' && Object.values(checks).every((state) => state === 'up');
      const status = ready ? 'ready' : lifecycle.state === 'ready' ? 'unready' : lifecycle.state;
      return { status: ready ? 200 : 503, body: { status, checks } };
    },
  };
  const byPath = new Map(Object.entries(answers).flatMap(([path, f]) => [[path, f] as const, [basePath + path, f]]));
  return (path) => byPath.get(path)?.();
}

/** Asks all dependencies at once, at most once a second, and logs each change. */
function createReadiness({ checks, logger }: HealthOptions): () => Promise<Record<string, 'up' | 'down'>> {
  const last = new Map<string, 'up' | 'down'>();
  let verdict: { at: number; states: Promise<Record<string, 'up' | 'down'>> } | undefined;

  return () => {
    if (!verdict || Date.now() - verdict.at >= verdictLife) verdict = { at: Date.now(), states: askAll() };
    return verdict.states;
  };

  async function askAll(): Promise<Record<string, 'up' | 'down'>> {
    const entries = Object.entries(checks).map(async ([name, check]) => [name, await ask(name, check)] as const);
    return Object.fromEntries(await Promise.all(entries));
  }

  async function ask(name: string, check: Check): Promise<'up' | 'down'> {
    const error = await failureOf(check);
    const state = error === undefined ? 'up' : 'down';
    if (state !== (last.get(name) ?? 'up')) {
      if (error === undefined) logger.info({ dependency: name, state }, 'dependency is back');
      else logger.warn({ dependency: name, state, error }, 'dependency is down');
    }
    last.set(name, state);
    return state;
  }
}

async function failureOf(check: Check): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${checkTimeout} ms`)), checkTimeout);
  });
  try {
    await Promise.race([check(), late]);
    return undefined;
  } catch (error) {
    return error ?? new Error('failed without saying why');
  } finally {
    clearTimeout(timer);
  }
}
