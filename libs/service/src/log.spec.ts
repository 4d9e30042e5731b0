import { Problem } from '@annals/contracts';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { createLogger, type LogFields } from './log.js';
import { recordedLog } from './recorded-log.js';
import { installContextManager } from './telemetry/context-manager.js';
import { withScope } from './telemetry/scope.js';

describe('a log line', () => {
  it('says when, what, by whom and where', () => {
    const { logger, lines } = recordedLog('profile');
    logger.info({ projection: 'members', count: 3 }, 'caught up');
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
        service: 'profile',
        pid: process.pid,
        projection: 'members',
        count: 3,
        message: 'caught up',
      },
    ]);
  });

  it('leaves out what is not on the list, and names it', () => {
    const { logger, lines } = recordedLog();
    logger.warn(
      { email: 'ann@acme.test', status: 200, key: { deep: 'ann@acme.test' }, user_id: null } as unknown as LogFields,
      'x',
    );
    expect(lines[0]).toMatchObject({ status: 200, user_id: null, fields_left_out: ['email', 'key'] });
    expect(JSON.stringify(lines)).not.toContain('ann@acme.test');
  });

  it('cannot be forged by a line break', () => {
    const { logger, lines } = recordedLog();
    logger.info({ reason: 'x"}\n{"level":"error"' }, 'y\r\nz');
    expect(lines).toHaveLength(1);
  });

  it('carries the ids of the request in which it is written', () => {
    installContextManager();
    const { logger, lines } = recordedLog();
    const scope = { request_id: 'r', correlation_id: 'c', trace_id: 't', span_id: 's', account_id: 'a' };
    context.with(withScope(ROOT_CONTEXT, scope), () => logger.error({}, 'inside'));
    logger.error({}, 'outside');
    expect(lines[0]).toMatchObject({ message: 'inside', ...scope });
    expect(lines[1]).not.toHaveProperty('request_id');
  });

  it('of a child has the child’s fields', () => {
    const { logger, lines } = recordedLog();
    logger.child({ reactor: 'mail' }).child({ group: 'g' }).debug({ count: 1 }, 'x');
    expect(lines[0]).toMatchObject({ level: 'debug', reactor: 'mail', group: 'g', count: 1 });
  });

  it('is not written below the level', () => {
    const lines: string[] = [];
    const logger = createLogger({
      service: 'x',
      level: 'warn',
      destination: { write: (line) => void lines.push(line) },
    });
    logger.debug({}, 'no');
    logger.info({}, 'no');
    logger.warn({}, 'yes');
    expect(lines).toHaveLength(1);
  });
});

describe('an error in the log', () => {
  const logged = (error: unknown) => {
    const { logger, lines } = recordedLog();
    logger.error({ error }, 'x');
    return lines[0]!.error;
  };

  it('has name, code, message, stack and causes, and none of its other members', () => {
    const cause = Object.assign(new Error('duplicate key'), { code: '23505', detail: 'Key (email)=(ann@acme.test)' });
    const described = logged(new Problem(409, 'email-taken', 'There is one already', { cause }));
    expect(described).toMatchObject({
      name: 'Problem',
      code: 'email-taken',
      stack: expect.stringContaining('log.spec') as string,
      cause: { message: 'duplicate key', code: '23505' },
    });
    expect(JSON.stringify(described)).not.toContain('ann@acme.test');
  });

  it('of a long chain of causes ends', () => {
    let error = new Error('0');
    for (let i = 1; i < 10; i++) error = new Error(String(i), { cause: error });
    const depth = (value: { cause?: object }): number => (value.cause ? 1 + depth(value.cause) : 1);
    expect(depth(logged(error) as object)).toBe(4);
  });

  it('that is none is named by its kind, for its text may be anything', () => {
    expect(logged('ann@acme.test')).toEqual({ message: 'string' });
    expect(logged(undefined)).toBeUndefined();
  });
});
