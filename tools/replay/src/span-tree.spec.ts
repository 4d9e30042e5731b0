import type { SpanLine } from '@annals/service';
import { drawWaterfall, spanTree } from './span-tree.js';

const span = (id: string, over: Partial<SpanLine> = {}): SpanLine => ({
  trace_id: 't',
  span_id: id,
  parent_span_id: null,
  service: 'gateway',
  name: id,
  kind: 'server',
  start_ms: 0,
  duration_ms: 10,
  status: 'ok',
  attributes: {},
  links: [],
  ...over,
});

describe('the tree of spans', () => {
  it('hangs spans below their parents, whatever service they are from', () => {
    const tops = spanTree([span('append', { parent_span_id: 'gateway' }), span('gateway')]);
    expect(tops.map((top) => top.span.name)).toEqual(['gateway']);
    expect(tops[0]?.children.map((child) => child.span.name)).toEqual(['append']);
  });

  it('hangs a batch below the span it links to', () => {
    const link = { trace_id: 't', span_id: 'append' };
    const [top] = spanTree([span('append'), span('project', { links: [link], trace_id: 'other' })]);
    expect(top?.children.map((child) => child.span.name)).toEqual(['project']);
  });

  it('shows a span whose parent was not recorded at the top', () => {
    expect(spanTree([span('orphan', { parent_span_id: 'outside' })])).toHaveLength(1);
  });

  it('orders siblings by start', () => {
    const [top] = spanTree([
      span('root'),
      span('late', { parent_span_id: 'root', start_ms: 5 }),
      span('early', { parent_span_id: 'root', start_ms: 1 }),
    ]);
    expect(top?.children.map((child) => child.span.name)).toEqual(['early', 'late']);
  });

  it('draws when each span ran, how long, and what failed', () => {
    const lines = drawWaterfall(
      spanTree([span('root'), span('child', { parent_span_id: 'root', start_ms: 5, duration_ms: 5, status: 'error' })]),
    );
    expect(lines[0]).toBe(`gateway   root    │${'█'.repeat(40)}│ 10.0 ms`);
    expect(lines[1]).toBe(`gateway     child │${' '.repeat(20)}${'█'.repeat(20)}│ 5.0 ms  ERROR`);
  });
});
