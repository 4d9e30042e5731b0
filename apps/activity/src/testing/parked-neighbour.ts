import { type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { createContextReader, createContextSigner } from '@annals/auth';
import { type ParkingService } from '@annals/contracts';
import {
  createApp,
  createLogger,
  internalClient,
  parkedDesk,
  parkedInside,
  type ParkedDeskOptions,
} from '@annals/service';
import { type Ground } from '../part.js';
import { peerOver, type Peer } from '../parked/peers.js';

export interface ParkedNeighbour {
  peer: Peer;
  /** As when its process dies. */
  stop(): Promise<void>;
}

/** Another service as it stands at the other end: its own database, its own inside routes, real HTTP. */
export async function startNeighbour(
  service: ParkingService,
  { config }: Ground,
  parts: Pick<ParkedDeskOptions, 'pool' | 'consumers'>,
): Promise<ParkedNeighbour> {
  const app = createApp({
    ...{ service, routes: parkedInside(parkedDesk({ service, ...parts })), readiness: {} },
    contextReader: createContextReader({ jwks: config.CONTEXT_KEYS }),
    logger: createLogger({ service, level: 'error' }),
    commandKey: Buffer.alloc(32, 1),
  });
  const server = await new Promise<Server>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  const signer = createContextSigner({ principal: 'svc:activity', privateJwk: config.CONTEXT_SIGNING_KEY });
  const client = internalClient({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, signer });
  return {
    // As patient as the machine is slow; who is gone is known at once.
    peer: peerOver(service, client, { listMs: 25_000, retryMs: 25_000 }),
    async stop() {
      await client.close();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
