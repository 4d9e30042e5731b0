import { allRoutes } from '@annals/contracts';
import { foreignIds } from './foreign-ids.js';

const withIds = allRoutes.filter(({ definition }) => definition.path.includes('{'));

describe('the matrix', () => {
  it('has a row for each operation with an id in its path, for all of its ids, and for nothing else', () => {
    const declared = withIds.map(({ id, definition }) => [id, Object.keys(definition.params?.shape ?? {}).sort()]);
    const rows = Object.entries(foreignIds).map(([id, { params }]) => [id, Object.keys(params).sort()]);
    expect(new Map(rows as [string, string[]][])).toEqual(new Map(declared as [string, string[]][]));
  });
});
