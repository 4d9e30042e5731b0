import { hkdfSync } from 'node:crypto';
import { createContextSigner } from '@annals/auth';
import { internalClient, parkedDesk, processMetrics, sealedTexts, showParked } from '@annals/service';
import { type Ground, type OpenedPart, type Part } from '../part.js';
import { getParked } from './get-parked.js';
import { listParked } from './list-parked.js';
import { peerHere, peerOver, type Peer } from './peers.js';
import { retryParked } from './retry-parked.js';

/** Work that any service put aside, in one place for operators. */
export const parkedPart: Part = {
  open({ config, ...ground }) {
    const signer = createContextSigner({ principal: 'svc:activity', privateJwk: config.CONTEXT_SIGNING_KEY });
    const clients = [
      { service: 'identity', baseUrl: config.IDENTITY_URL },
      { service: 'profile', baseUrl: config.PROFILE_URL },
      { service: 'export', baseUrl: config.EXPORT_URL },
    ] as const;
    const opened = clients.map(({ service, baseUrl }) => {
      const client = internalClient({ baseUrl, signer, connections: 4 });
      return { peer: peerOver(service, client), close: () => client.close() };
    });
    const desk = parkedDesk({ service: 'activity', pool: ground.backgroundPool });
    showParked(desk, processMetrics, ground.logger);
    return {
      ...openParked({ config, ...ground }, [peerHere(desk), ...opened.map(({ peer }) => peer)]),
      stop: async () => void (await Promise.all(opened.map(({ close }) => close()))),
    };
  },
};

/** What is answered about the work of these services. */
export function openParked({ config, store, logger }: Ground, peers: readonly Peer[]): OpenedPart {
  const texts = sealedTexts(
    Buffer.from(hkdfSync('sha256', config.KEY_ENCRYPTION_KEY, 'annals-activity', 'parked cursors', 32)),
  );
  return { routes: [listParked(peers, texts, logger), getParked(peers), retryParked(peers, store)] };
}
