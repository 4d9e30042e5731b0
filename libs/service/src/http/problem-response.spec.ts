import { Problem } from '@annals/contracts';
import { asProblem } from './problem-response.js';

const failure = (message: string, code?: string) =>
  Object.assign(new Error(message), code === undefined ? {} : { code });

describe('an error', () => {
  it.each([
    ['a PostgreSQL that is down', failure('connect ECONNREFUSED 127.0.0.1:5432', 'ECONNREFUSED')],
    ['a connection that was cut in the middle', failure('Connection terminated unexpectedly')],
    ['a PostgreSQL that is starting', failure('the database system is starting up', '57P03')],
    ['too many connections', failure('sorry, too many clients already', '53300')],
    ['a conflict between transactions', failure('could not serialize access', '40001')],
  ])('of %s may be tried again, and says nothing of the store', (_, cause) => {
    const problem = asProblem(cause);
    expect(problem).toMatchObject({ status: 503, code: 'store-unavailable', headers: { 'retry-after': '1' }, cause });
    expect(problem.detail).not.toContain(cause.message);
  });

  it('that is a problem already stays as it is', () => {
    const problem = new Problem(409, 'taken', 'Taken');
    expect(asProblem(problem)).toBe(problem);
  });

  it('of our own making says nothing', () => {
    const cause = failure('null value in column "name"', '23502');
    expect(asProblem(cause)).toMatchObject({ status: 500, code: 'internal-error', cause });
  });
});
