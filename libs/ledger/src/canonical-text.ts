import canonicalize from 'canonicalize';

/** Stands for an object whose keys would not stay in the order they are put in. */
const displaced = Symbol('displaced');

/**
 * JSON in the form of RFC 8785. Where an object's keys can be put in order, the engine's own `JSON.stringify`, which
 * writes texts and numbers as that form wants them, does the rest several times faster than a serializer of ours.
 * @throws Error for what JSON cannot hold
 */
export function canonicalText(value: object): string {
  const ordered = inOrder(value);
  const text = ordered === displaced ? canonicalize(value) : JSON.stringify(ordered);
  if (text === undefined) throw new TypeError('Only what JSON can hold has a canonical form');
  return text;
}

/** The same value with the keys of every object in the order of their UTF-16 units; itself when they are so already. */
function inOrder(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`JSON cannot hold ${value}`);
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? itemsInOrder(value) : keysInOrder(value as Record<string, unknown>);
}

function itemsInOrder(items: readonly unknown[]): unknown {
  let copy: unknown[] | undefined;
  for (let index = 0; index < items.length; index++) {
    const item = inOrder(items[index]);
    if (item === displaced) return displaced;
    if (item !== items[index]) (copy ??= [...items])[index] = item;
  }
  return copy ?? items;
}

function keysInOrder(object: Record<string, unknown>): unknown {
  const keys = Object.keys(object);
  let before = '';
  let sorted = true;
  for (const key of keys) {
    // Whole numbers come first in any object, and this name is none of its own when assigned.
    if (key.charCodeAt(0) <= nine || key === '__proto__') return displaced;
    if (key < before) sorted = false;
    before = key;
  }
  let copy: Record<string, unknown> | undefined = sorted ? undefined : {};
  for (const key of sorted ? keys : keys.sort()) {
    const member = inOrder(object[key]);
    if (member === displaced) return displaced;
    if (copy === undefined && member !== object[key]) copy = { ...object };
    if (copy) copy[key] = member;
  }
  return copy ?? object;
}

const nine = '9'.charCodeAt(0);
