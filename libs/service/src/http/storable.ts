const halfPair = /\p{Cs}/u;

/**
 * Whether every store can hold a text: PostgreSQL has no NUL, and UTF-8 has no half of a surrogate pair (RFC 7493 §2.1
 * forbids both to JSON that is exchanged). What is refused at the door cannot stop a projection later.
 */
export const isStorable = (text: string): boolean => !text.includes('\0') && !halfPair.test(text);
