/** Bundled beside the workflows in replay tests alone: tells what commands today's code gives, with all that the engine's own check ignores. */
import { proxySinks } from '@temporalio/workflow';
import type { Sinks, WorkflowInterceptors } from '@temporalio/workflow';

export interface ObserverSinks extends Sinks {
  observer: { command(line: string): void };
}

const { observer } = proxySinks<ObserverSinks>();
const told = (options: { summary?: string } | undefined): string => ` — ${options?.summary ?? 'without a reason'}`;

export const interceptors = (): WorkflowInterceptors => ({
  outbound: [
    {
      startTimer(input, next) {
        observer.command(`timer ${input.durationMs} ms${told(input.options)}`);
        return next(input);
      },
      scheduleLocalActivity(input, next) {
        observer.command(`local ${input.activityType} ${JSON.stringify(input.args)}${told(input.options)}`);
        return next(input);
      },
      scheduleActivity(input, next) {
        observer.command(`activity ${input.activityType} ${JSON.stringify(input.args)}${told(input.options)}`);
        return next(input);
      },
      continueAsNew(input, next) {
        observer.command(`continue as new ${JSON.stringify(input.args)}`);
        return next(input);
      },
    },
  ],
});
