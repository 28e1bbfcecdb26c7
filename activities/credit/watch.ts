import type { NightPlan, RefreshPlan } from '../../domain/credit/watch.ts';

/** What the night and the refresh of a profile need of the store. */
export interface WatchBook {
  reassessNight(input: { id: string; seq: number | null }): Promise<NightPlan>;
  takeNight(input: { id: string; seq: number }): Promise<NightPlan>;
  planRefresh(input: { id: string; seq: number | null }): Promise<RefreshPlan>;
}

/** The night's pass over all customers, and what a refresh of one has to ask. */
export function watchActivities(book: WatchBook) {
  return {
    reassessNight: (input: { id: string; seq: number | null }): Promise<NightPlan> => book.reassessNight(input),
    watchCustomers: (input: { id: string; seq: number }): Promise<NightPlan> => book.takeNight(input),
    planRefresh: (input: { id: string; seq: number | null }): Promise<RefreshPlan> => book.planRefresh(input),
  };
}
