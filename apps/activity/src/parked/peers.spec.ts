import { peerOf } from './peers.js';

describe('the service that an id names', () => {
  it('is among those that are asked, or the fault is ours', () =>
    expect(() => peerOf([], 'export-event-1')).toThrow('Nobody is asked for export-event-1'));
});
