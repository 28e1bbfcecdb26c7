import type { Effects } from './effects.ts';
import { addEffects, noEffects } from './effects.ts';

/** What a room leaves to rooms above it. `store/rooms.ts` fills it once, where the house is put together. */
export interface ExtensionPoint<Filling> {
  fill(filling: Filling): void;
  /** Throws while nobody has filled it. */
  readonly filled: Filling;
}

/** What a room tells in the transaction of its verb. Rooms above it follow, and what they leave behind goes with the verb. */
export interface DomainEvent<Args extends unknown[]> {
  follow(reaction: (...args: Args) => Promise<Effects>): void;
  /** The reactions one after the other, in the order of `store/rooms.ts`. Throws while nobody follows. */
  tell(...args: Args): Promise<Effects>;
}

/** Those that nobody has filled or followed yet. */
const unheard = new Set<string>();

/** An extension point by its name. */
export function extensionPoint<Filling>(name: string): ExtensionPoint<Filling> {
  let held: { filling: Filling } | null = null;
  unheard.add(name);
  return {
    fill(filling) {
      if (held) throw new Error(`${name}: filled twice`);
      held = { filling };
      unheard.delete(name);
    },
    get filled() {
      if (!held) throw new Error(`${name}: no room has filled it`);
      return held.filling;
    },
  };
}

/** A domain event by its name. */
export function domainEvent<Args extends unknown[]>(name: string): DomainEvent<Args> {
  const reactions: ((...args: Args) => Promise<Effects>)[] = [];
  unheard.add(name);
  return {
    follow(reaction) {
      reactions.push(reaction);
      unheard.delete(name);
    },
    async tell(...args) {
      if (reactions.length === 0) throw new Error(`${name}: no room follows it`);
      const effects = noEffects();
      for (const reaction of reactions) addEffects(effects, await reaction(...args));
      return effects;
    },
  };
}

/** Names of what nobody has filled or followed, among the modules that were loaded. */
export const leftOpen = (): string[] => [...unheard].sort();
