import { daysBetween } from '../platform/calendar.ts';
import { fault, twice } from '../platform/policy-fault.ts';
import type { PolicyFault } from '../platform/policy-fault.ts';
import { factTable, rangeOf } from './facts.ts';
import type { Bin, Characteristic, PeerGroup, ScorecardPolicy } from './policy.ts';
import { segmentFaults, takesAllOf } from './segment-faults.ts';

/** Bins leave no gap, none is out of reach, and points go the way they are said to; every peer group is the first for somebody. */
export function scorecardFaults({ scale, characteristics, factors, peerGroups }: ScorecardPolicy): PolicyFault[] {
  const idsOf = (all: readonly { id: string }[]): string[] => all.map(({ id }) => id);
  return [
    ...(scale.odds.split('/').some((side) => Number(side) === 0) ? [fault('/scale/odds', `${scale.odds} are no odds`)] : []),
    ...twice(idsOf(characteristics), '/characteristics', '/id'),
    ...characteristics.flatMap((one, at) => characteristicFaults(one, `/characteristics/${at}`)),
    ...twice(idsOf(factors), '/factors', '/id'),
    ...factors.flatMap((one, at) => [
      ...segmentFaults(one.for, `/factors/${at}/for`),
      ...(one.until !== undefined && daysBetween(one.from, one.until) < 0
        ? [fault(`/factors/${at}/until`, `${one.id} ends before it begins`)]
        : []),
    ]),
    ...twice(idsOf(peerGroups), '/peerGroups', '/id'),
    ...peerGroupFaults(peerGroups),
  ];
}

function peerGroupFaults(groups: readonly PeerGroup[]): PolicyFault[] {
  const last = groups.at(-1);
  return [
    ...groups.flatMap((group, at) => [
      ...segmentFaults(group.for, `/peerGroups/${at}/for`),
      ...(groups.slice(0, at).some((above) => takesAllOf(above.for, group.for))
        ? [fault(`/peerGroups/${at}`, `${group.id} is never reached`)]
        : []),
      ...ceilingFaults(group, `/peerGroups/${at}/ceiling`),
    ]),
    ...(last && Object.keys(last.for).length === 0 ? [] : [fault('/peerGroups', 'the last group must hold for everybody')]),
  ];
}

/** A reference beyond what its group may excuse would never count as it stands. */
function ceilingFaults({ reference, ceiling = {} }: PeerGroup, at: string): PolicyFault[] {
  const { daysBeyondTerms = Infinity, onTimeShare = 0, oldestOverdueDays = Infinity } = ceiling;
  const beyond = {
    daysBeyondTerms: reference.daysBeyondTerms > daysBeyondTerms,
    onTimeShare: reference.onTimeShare < onTimeShare,
    oldestOverdueDays: reference.oldestOverdueDays > oldestOverdueDays,
  };
  return Object.entries(beyond).flatMap(([name, is]) =>
    is ? [fault(`${at}/${name}`, 'the reference lies beyond its ceiling')] : [],
  );
}

const peerFacts = ['daysBeyondTerms', 'onTimeShare', 'oldestOverdueDays'];

function characteristicFaults(one: Characteristic, at: string): PolicyFault[] {
  const { id, fact, bins, monotone, againstPeers } = one;
  const { type } = factTable[fact];
  const numeric = type === 'number' || type === 'share';
  const faults = [
    ...segmentFaults(one.for, `${at}/for`),
    ...twice(
      bins.map((bin) => bin.id),
      `${at}/bins`,
      '/id',
    ),
  ];
  if (type === 'date' || type === 'amounts' || type === 'entries')
    return [...faults, fault(`${at}/fact`, `${fact} cannot be put into bins`)];
  if (againstPeers && !peerFacts.includes(fact)) faults.push(fault(`${at}/againstPeers`, `${fact} has no peers' figure`));
  if (monotone && !numeric) faults.push(fault(`${at}/monotone`, `${id} has no order to go by`));
  return [
    ...faults,
    ...bins.flatMap((bin, no) => bareBinFaults(one, bin, no, `${at}/bins/${no}`, numeric)),
    ...(numeric ? boundFaults(one, `${at}/bins`) : valueFaults(one, `${at}/bins`)),
  ];
}

/** Each bin but the last has the bound that goes with its fact, and points keep their way. */
function bareBinFaults(
  { id, bins, monotone }: Characteristic,
  bin: Bin,
  no: number,
  at: string,
  numeric: boolean,
): PolicyFault[] {
  const isLast = no === bins.length - 1;
  const [bound, other] = numeric ? [bin.below, bin.is] : [bin.is, bin.below];
  const before = bins[no - 1];
  const turns =
    before !== undefined &&
    ((monotone === 'rising' && bin.points < before.points) || (monotone === 'falling' && bin.points > before.points));
  return [
    ...(other === undefined ? [] : [fault(at, `${id} is binned by ${numeric ? 'below' : 'is'}`)]),
    ...((bound === undefined) === isLast
      ? []
      : [fault(at, isLast ? `the last bin of ${id} must take the rest` : `${id} ${bin.id} has no bound`)]),
    ...(turns ? [fault(`${at}/points`, `${id} is not ${monotone} at ${bin.id}`)] : []),
  ];
}

/** Bounds rise, and on either side of each the fact can lie. */
function boundFaults({ id, fact, bins, againstPeers = false }: Characteristic, at: string): PolicyFault[] {
  const { from, to, whole } = rangeOf(fact, againstPeers);
  return bins.flatMap(({ id: bin, below }, no) => {
    if (below === undefined) return [];
    const before = bins[no - 1]?.below;
    const where = `${at}/${no}/below`;
    if (before !== undefined && below <= before) return [fault(where, `${id} ${bin} lies below the bin before it`)];
    if (below <= from || below > to) return [fault(where, `${id} ${bin}: ${fact} never crosses ${below}`)];
    return whole && before !== undefined && Math.ceil(before) >= below
      ? [fault(where, `${id} ${bin} holds no whole number`)]
      : [];
  });
}

/** Each value is one the fact can have, and stands in one bin. */
function valueFaults({ fact, bins }: Characteristic, at: string): PolicyFault[] {
  const { type, codes } = factTable[fact];
  const seen = new Set<string | boolean>();
  return bins.flatMap(({ is = [] }, no) =>
    is.flatMap((value, place) => {
      const where = `${at}/${no}/is/${place}`;
      const known =
        type === 'boolean' ? typeof value === 'boolean' : typeof value === 'string' && (codes?.includes(value) ?? true);
      if (!known) return [fault(where, `${fact} is never ${JSON.stringify(value)}`)];
      const again = seen.has(value);
      seen.add(value);
      return again ? [fault(where, `${String(value)} appears twice`)] : [];
    }),
  );
}
