import { request } from 'undici';
import { createMetrics } from './metrics.js';
import { startMetricsServer } from './metrics-server.js';

describe('metrics', () => {
  it('are written as Prometheus reads them', () => {
    const metrics = createMetrics();
    metrics.counter('annals_logins_total', 'Logins', ['result']).add(2, { result: 'ok' });
    metrics.counter('annals_logins_total', 'Logins', ['result']).add(1, { result: 'say "no"\n\\' });
    metrics.gauge('annals_sessions', 'Sessions').set(7);
    const seconds = metrics.histogram('annals_seconds', 'Time', [], [0.1, 1]);
    for (const value of [0.05, 0.1, 0.5, 9]) seconds.observe(value);
    expect(metrics.text()).toBe(
      [
        '# HELP annals_logins_total Logins',
        '# TYPE annals_logins_total counter',
        'annals_logins_total{result="ok"} 2',
        'annals_logins_total{result="say \\"no\\"\\n\\\\"} 1',
        '# HELP annals_sessions Sessions',
        '# TYPE annals_sessions gauge',
        'annals_sessions 7',
        '# HELP annals_seconds Time',
        '# TYPE annals_seconds histogram',
        'annals_seconds_bucket{le="0.1"} 2',
        'annals_seconds_bucket{le="1"} 3',
        'annals_seconds_bucket{le="+Inf"} 4',
        'annals_seconds_sum 9.65',
        'annals_seconds_count 4',
        '',
      ].join('\n'),
    );
  });

  it('that are cheaper asked than kept are asked at each scrape', () => {
    const metrics = createMetrics();
    let lag = 1;
    metrics.gauge('annals_lag', 'Lag', ['projection'], (gauge) => gauge.set(lag, { projection: 'members' }));
    expect(metrics.text()).toContain('annals_lag{projection="members"} 1');
    lag = 0;
    expect(metrics.text()).toContain('annals_lag{projection="members"} 0');
  });

  it('put a label that was not given as empty', () => {
    const metrics = createMetrics();
    metrics.counter('x_total', 'x', ['a', 'b']).add(1, { b: 2 });
    expect(metrics.text()).toContain('x_total{a="",b="2"} 1');
  });

  it('do not fill the memory when an id slipped into a label', () => {
    const metrics = createMetrics();
    const counter = metrics.counter('x_total', 'x', ['user']);
    for (let user = 0; user < 5000; user++) counter.add(1, { user });
    expect(metrics.text().split('\n').length).toBeLessThan(2010);
    expect(metrics.text()).toContain('x_total{user="(too many)"} 3000');
  });

  it('may not share a name', () => {
    const metrics = createMetrics();
    metrics.counter('x', 'x');
    expect(() => metrics.gauge('x', 'x')).toThrow('metric x exists already as a counter by ()');
    expect(() => metrics.counter('x', 'x', ['a'])).toThrow('metric x exists already');
  });
});

describe('the inside port', () => {
  it('shows the metrics and those of the process, and nothing else', async () => {
    const metrics = createMetrics();
    metrics.gauge('annals_sessions', 'Sessions').set(7);
    const server = await startMetricsServer({ port: 0, host: '127.0.0.1', metrics });
    const get = (path: string, method: 'GET' | 'POST' = 'GET') =>
      request(`http://127.0.0.1:${server.port}${path}`, { method });
    const answer = await get('/metrics');
    expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await answer.body.text();
    expect(text).toContain('annals_sessions 7');
    expect(text).toMatch(/annals_event_loop_delay_seconds\{quantile="0.99"\} [\d.e-]+/);
    expect(text).toMatch(/annals_process_resident_bytes \d+/);
    expect((await get('/')).statusCode).toBe(404);
    expect((await get('/metrics', 'POST')).statusCode).toBe(404);
    await server.close();
    await expect(get('/metrics')).rejects.toThrow();
  });

  it('that is taken is an error', async () => {
    const options = { host: '127.0.0.1', metrics: createMetrics() };
    const first = await startMetricsServer({ ...options, port: 0 });
    await expect(startMetricsServer({ ...options, port: first.port })).rejects.toThrow('EADDRINUSE');
    await first.close();
  });
});
