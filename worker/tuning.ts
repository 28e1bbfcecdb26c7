import type { WorkerOptions } from '@temporalio/worker';

export type WorkerTuning = Partial<
  Pick<
    WorkerOptions,
    | 'stickyQueueScheduleToStartTimeout'
    | 'maxConcurrentWorkflowTaskExecutions'
    | 'maxConcurrentLocalActivityExecutions'
    | 'maxConcurrentActivityTaskExecutions'
    | 'maxConcurrentWorkflowTaskPolls'
    | 'workflowTaskPollerBehavior'
    | 'activityTaskPollerBehavior'
    | 'nonStickyToStickyPollRatio'
    | 'maxCachedWorkflows'
    | 'workflowThreadPoolSize'
    | 'reuseV8Context'
  >
>;

/** How a worker shares its process and asks for work; measured, see docs/tuning.md. */
export function workerTuning(stickySeconds: number): WorkerTuning {
  return {
    stickyQueueScheduleToStartTimeout: `${stickySeconds}s`,
    maxConcurrentWorkflowTaskExecutions: 40,
    maxConcurrentLocalActivityExecutions: 40,
  };
}
