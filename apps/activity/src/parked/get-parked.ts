import { getParkedRoute, type CurrentUserContext, type ParkedDetail } from '@annals/contracts';
import { mount, parkedUnknown, type MountedRoute } from '@annals/service';
import { peerOf, type Peer } from './peers.js';
import { shownAccount } from './shown-account.js';

/** GET /parked/{parked_id} */
export const getParked = (peers: readonly Peer[]): MountedRoute =>
  mount(getParkedRoute, async ({ context, params: { parked_id: id } }) => {
    const found = await findShown(peers, id, context);
    if (!found) throw parkedUnknown();
    return { status: 200, body: found };
  });

/** One piece of work that the caller may see; of another account than their elevation's, exactly as if there were none. */
export async function findShown(
  peers: readonly Peer[],
  id: string,
  context: CurrentUserContext,
): Promise<ParkedDetail | undefined> {
  const found = await peerOf(peers, id).find(id, context);
  const shown = shownAccount(context);
  return shown === undefined || found?.account_id === shown ? found : undefined;
}
