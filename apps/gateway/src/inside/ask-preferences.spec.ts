import { MAX_IN_FLIGHT } from '../forward/forward.js';
import { closeUpstream, connectUpstreams } from '../forward/upstreams.js';
import { askPreferencesOverHttp } from './ask-preferences.js';

/** Where nobody listens. */
const nowhere = 'http://127.0.0.1:1';

describe('asking for the preferences of a caller', () => {
  const {
    identity,
    profile,
    activity,
    export: exports,
  } = connectUpstreams({ identity: nowhere, profile: nowhere, activity: nowhere, export: nowhere }, {});
  const troubles: unknown[] = [];
  const ask = askPreferencesOverHttp(profile, (error) => troubles.push(error));
  beforeEach(() => void troubles.splice(0));
  afterAll(() => Promise.all([identity, profile, activity, exports].map(closeUpstream)));

  it('gets none while the profile service is away, tells of it, and leaves nothing behind', async () => {
    expect(await ask({})).toBeNull();
    expect(troubles).toEqual([expect.objectContaining({ code: 'ECONNREFUSED' })]);
    expect(profile.inFlight).toBe(0);
  });

  it('does not wait in a line that is too long already', async () => {
    profile.inFlight = MAX_IN_FLIGHT;
    expect(await ask({})).toBeNull();
    expect(troubles).toEqual([]);
    expect(profile.inFlight).toBe(MAX_IN_FLIGHT);
  });
});
