import RequestQueue from 'kafkajs/src/network/requestQueue';

const pendingCheckMs = 10;

/**
 * kafkajs 2.2.4 re-arms this timer for ever, about once per millisecond: an idle client costs 3 % of a core, and on
 * Node 24 the negative delay prints a warning (tulios/kafkajs#1751). The timer is needed only while requests wait.
 */
export function patchRequestQueue(): void {
  RequestQueue.prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.throttleCheckTimeoutId) return;
    const throttledMs = this.throttledUntil - Date.now();
    if (this.pending.length === 0 && throttledMs <= 0) return;
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null;
        this.checkPendingRequests();
      },
      Math.max(throttledMs, pendingCheckMs),
    );
  };
}
