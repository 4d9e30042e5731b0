import type { ContextSigner } from '@annals/auth';
import type { EventStore } from '@annals/event-store';
import type { Pool, Projection, ProjectionRunner, SubjectKeyStore } from '@annals/postgres';
import { internalClient, type InternalClient, type Logger, type MountedRoute } from '@annals/service';
import { createHmac, type KeyObject } from 'node:crypto';
import { erasuresProjection } from '../views/erasures/erasures.projection.js';
import { membershipsProjection } from '../views/memberships/memberships.projection.js';
import { askOver } from './ask-services.js';
import { runErasures } from './erasure-runner.js';
import { knownAccounts } from './known-accounts.js';
import { erasureRoutesOf } from './routes.js';
import { keyCacheMs } from './run-erasure.js';

export interface ErasureGround {
  config: {
    HOST: string;
    PORT: number;
    KEY_ENCRYPTION_KEY: Uint8Array;
    ERASURE_GRACE_HOURS: number;
    ERASURE_ORIGIN: string;
    ERASURE_SIGNING_KEY: KeyObject;
  };
  store: EventStore;
  pool: Pool;
  backgroundPool: Pool;
  keys: SubjectKeyStore;
  runners: readonly ProjectionRunner[];
  signer: ContextSigner;
  services: Readonly<Record<'identity' | 'profile' | 'activity', InternalClient>>;
  logger: Logger;
}

/** Read models that erasures go by. */
export const erasureProjections: readonly Projection[] = [membershipsProjection, erasuresProjection];

/** Routes of erasures, and who carries them out. */
export function openErasures(ground: ErasureGround): { routes: MountedRoute[]; stop: () => Promise<void> } {
  const { config, store, pool, backgroundPool, keys, signer, services, logger } = ground;
  const now = () => new Date();
  const certifier = { name: config.ERASURE_ORIGIN, privateKey: config.ERASURE_SIGNING_KEY };
  const accounts = knownAccounts(backgroundPool, runnerOf(ground.runners, membershipsProjection));
  // This service is asked as the others are: what it holds goes by the same way.
  const self = internalClient({ baseUrl: ownUrl(config), signer, connections: 2 });
  const runner = runErasures({
    ...{ pool: backgroundPool, logger },
    parts: {
      ...{ store, keys, accounts, now, identity: services.identity, cacheMs: keyCacheMs },
      services: {
        identity: askOver(services.identity),
        profile: askOver(services.profile),
        activity: askOver(services.activity),
        export: askOver(self),
      },
      signer: certifier,
    },
  });
  const routes = erasureRoutesOf({
    ...{ store, pool, now, graceHours: config.ERASURE_GRACE_HOURS, signer: certifier },
    accounts: knownAccounts(pool, runnerOf(ground.runners, membershipsProjection)),
    receiptSecret: createHmac('sha256', config.KEY_ENCRYPTION_KEY).update('erasure receipts').digest(),
  });
  return {
    routes,
    async stop() {
      await runner.stop();
      await self.close();
    },
  };
}

function runnerOf(runners: readonly ProjectionRunner[], projection: Projection): ProjectionRunner {
  const found = runners.find((runner) => runner.projection.name === projection.name);
  if (!found) throw new Error(`the projection ${projection.name} does not run here`);
  return found;
}

/** Where this process answers itself. */
function ownUrl({ HOST, PORT }: { HOST: string; PORT: number }): string {
  const host = HOST === '0.0.0.0' || HOST === '::' ? '127.0.0.1' : HOST;
  return `http://${host.includes(':') ? `[${host}]` : host}:${PORT}`;
}
