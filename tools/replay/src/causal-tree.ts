import type { StoredEvent } from '@annals/event-store';

/** An event with those it caused, in the order they happened. */
export interface CausalNode {
  event: StoredEvent;
  effects: CausalNode[];
}

/**
 * Orders the events of one correlation by cause: an event hangs below the event whose id its `$causationId`
 * names, and stands at the top when its cause is a command, or an event outside the correlation.
 */
export function causalTree(events: readonly StoredEvent[]): CausalNode[] {
  const nodes = new Map(events.map((event) => [event.id, { event, effects: [] as CausalNode[] }]));
  const tops: CausalNode[] = [];
  for (const node of nodes.values()) {
    const cause = nodes.get(node.event.metadata.$causationId);
    (cause && cause !== node ? cause.effects : tops).push(node);
  }
  return tops;
}

/** The tree as lines of text, with the usual branch signs. */
export function drawTree<N extends { effects?: N[]; children?: N[] }>(
  tops: readonly N[],
  label: (node: N) => string,
  prefix = '',
): string[] {
  return tops.flatMap((node, index) => {
    const last = index === tops.length - 1;
    const below = node.effects ?? node.children ?? [];
    return [
      `${prefix}${last ? '└─ ' : '├─ '}${label(node)}`,
      ...drawTree(below, label, `${prefix}${last ? '   ' : '│  '}`),
    ];
  });
}
