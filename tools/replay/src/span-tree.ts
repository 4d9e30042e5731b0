import type { SpanLine } from '@annals/service';

/** A span with those it caused, by start. */
export interface SpanNode {
  span: SpanLine;
  children: SpanNode[];
}

/**
 * Hangs each span below its parent. One whose parent was not recorded (an outside caller, or lost) stands at the top;
 * one that only links to a span of the same request hangs below that, because work done later in a batch has no parent.
 */
export function spanTree(spans: readonly SpanLine[]): SpanNode[] {
  const nodes = new Map(spans.map((span) => [span.span_id, { span, children: [] as SpanNode[] }]));
  const tops: SpanNode[] = [];
  for (const node of nodes.values()) {
    const { span } = node;
    const linked = span.links.map((link) => nodes.get(link.span_id)).find((found) => found !== undefined);
    const parent = nodes.get(span.parent_span_id ?? '') ?? linked;
    (parent && parent !== node ? parent.children : tops).push(node);
  }
  const byStart = (a: SpanNode, b: SpanNode) => a.span.start_ms - b.span.start_ms;
  for (const { children } of nodes.values()) children.sort(byStart);
  return tops.sort(byStart);
}

const barWidth = 40;
const milliseconds = (value: number) => `${value.toFixed(1)} ms`;

/** The waterfall: one line per span with its service, when it ran, and how long. */
export function drawWaterfall(tops: readonly SpanNode[]): string[] {
  const all = flatten(tops);
  const start = Math.min(...all.map(({ node }) => node.span.start_ms));
  const end = Math.max(...all.map(({ node }) => node.span.start_ms + node.span.duration_ms));
  const scale = barWidth / Math.max(end - start, 0.001);
  const nameWidth = Math.max(...all.map(({ node, depth }) => depth * 2 + node.span.name.length));
  return all.map(({ node: { span }, depth }) => {
    const from = Math.min(Math.floor((span.start_ms - start) * scale), barWidth - 1);
    const length = Math.max(1, Math.min(Math.round(span.duration_ms * scale), barWidth - from));
    const bar = `${' '.repeat(from)}${'█'.repeat(length)}`.padEnd(barWidth);
    const name = `${'  '.repeat(depth)}${span.name}`.padEnd(nameWidth);
    return `${span.service.padEnd(9)} ${name} │${bar}│ ${milliseconds(span.duration_ms)}${span.status === 'error' ? '  ERROR' : ''}`;
  });
}

function flatten(tops: readonly SpanNode[], depth = 0): { node: SpanNode; depth: number }[] {
  return tops.flatMap((node) => [{ node, depth }, ...flatten(node.children, depth + 1)]);
}
