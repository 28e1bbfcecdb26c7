import type { temporal } from '@temporalio/proto';

type History = temporal.api.history.v1.IHistory;

/** Number of events in a sample of histories. */
export interface EventCounts {
  median: number;
  max: number;
}

export function eventsOf(histories: readonly History[]): EventCounts {
  const counts = histories.map((history) => history.events?.length ?? 0).sort((a, b) => a - b);
  return { median: counts[Math.floor(counts.length / 2)] ?? 0, max: counts.at(-1) ?? 0 };
}

/**
 * Median of what the engine's vendor bills as actions: the start, each signal, timer, activity and search-attribute upsert, and the
 * local activities of one workflow task together as one. A signalWithStart is a signal, and a start where it starts.
 */
export function actionsOf(histories: readonly History[]): number {
  const counts = histories.map(actions).sort((a, b) => a - b);
  return counts[Math.floor(counts.length / 2)] ?? 0;
}

function actions({ events }: History): number {
  let count = 0;
  const tasksWithMarkers = new Set<string>();
  for (const event of events ?? []) {
    if (
      event.workflowExecutionStartedEventAttributes ||
      event.workflowExecutionSignaledEventAttributes ||
      event.timerStartedEventAttributes ||
      event.activityTaskScheduledEventAttributes ||
      event.upsertWorkflowSearchAttributesEventAttributes ||
      event.workflowExecutionUpdateAcceptedEventAttributes
    )
      count += 1;
    const marker = event.markerRecordedEventAttributes;
    if (marker) tasksWithMarkers.add(String(marker.workflowTaskCompletedEventId));
  }
  return count + tasksWithMarkers.size;
}
