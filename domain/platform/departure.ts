import { businessNow } from './clock.ts';
import type { Clock } from './clock.ts';
import { msBetween } from './calendar.ts';
import type { Instant } from './calendar.ts';

/** Ways by which something reaches somebody outside the house: channels of messages, and data providers that are asked about customers. */
export const outlets = ['email', 'sms', 'wecom', 'letter', 'bureau', 'licences', 'court-list'] as const;
export type Outlet = (typeof outlets)[number];

/** Why something stays inside, the weightiest first. */
export const stayReasons = [
  'not-connected',
  'installation-unnamed',
  'other-installation',
  'moved-database',
  'restored-database',
  'replaying',
  'clock-not-real',
  'clock-movable',
] as const;
export type StayReason = (typeof stayReasons)[number];

/** Those that a switch of the outlet may set aside; a copied database or a replay never speaks, whatever was switched. */
const overruled: ReadonlySet<StayReason> = new Set(['clock-not-real', 'clock-movable']);

/** Who this database is: the id it was named with, and the place (server and database) where that was done. */
export interface NamedInstallation {
  id: string;
  home: string;
}

export interface DepartureFacts {
  /** The deployment has credentials for it. */
  connected: boolean;
  /** The id in the deployment's configuration; null: none. */
  configured: string | null;
  /** The id in the database; null: it was never named. */
  named: NamedInstallation | null;
  /** Where the database stands now. */
  home: string;
  /** The database was found to be a backup put back in its own place, and nobody has claimed it since. */
  restored: boolean;
  /** A ledger is being lived through, or its processes catch up with it. */
  replaying: boolean;
  clock: Clock & { pinned: boolean };
  realNow: Instant;
  /** A recorded switch lets this outlet speak although business time is not real time. */
  opened: boolean;
}

/** How far business time may be from real time and still count as real: rounding, never a jump. */
const SAME_TIME_MS = 1_000;

/**
 * Why nothing may leave by this outlet now; empty: it may. A real gateway speaks only where it is connected, this database is the one the
 * deployment means and no backup put back, nothing is replayed, and business time is real time (pinned, speed 1, no offset).
 */
export function mayLeave(facts: DepartureFacts): readonly StayReason[] {
  const { connected, configured, named, home, restored, replaying, clock, realNow, opened } = facts;
  const offsetMs = Math.abs(msBetween(realNow, businessNow(clock, realNow)));
  const holds: Readonly<Record<StayReason, boolean>> = {
    'not-connected': !connected,
    'installation-unnamed': configured === null || named === null,
    'other-installation': configured !== null && named !== null && configured !== named.id,
    'moved-database': named !== null && named.home !== home,
    'restored-database': restored,
    replaying,
    'clock-not-real': clock.speed !== 1 || offsetMs > SAME_TIME_MS,
    'clock-movable': !clock.pinned,
  };
  return stayReasons.filter((reason) => holds[reason] && !(opened && overruled.has(reason)));
}

type Words = Readonly<Record<'en' | 'zh', string>>;

/** Why nothing left, in words. */
export const stayReasonWords: Readonly<Record<StayReason, Words>> = {
  'not-connected': { en: 'it has no credentials here', zh: '本部署未配置该渠道' },
  'installation-unnamed': { en: 'this installation has no id', zh: '本安装尚未设置安装编号' },
  'other-installation': { en: 'the database belongs to another installation', zh: '数据库属于另一套安装' },
  'moved-database': { en: 'the database was copied or restored', zh: '数据库是复制或恢复而来的' },
  'restored-database': { en: 'a backup was put back in the place of the database', zh: '数据库已被原位恢复为备份' },
  replaying: { en: 'history is being replayed', zh: '正在回放历史' },
  'clock-not-real': { en: 'business time is not real time', zh: '业务时间不是真实时间' },
  'clock-movable': { en: 'the clock can be moved here', zh: '此处的业务时钟可以调整' },
};

/** A reason in words for whoever wonders why nothing left. */
export const sayStayReason = (reason: StayReason, language: 'en' | 'zh'): string => stayReasonWords[reason][language];

const outletWords: Readonly<Record<Outlet, Words>> = {
  email: { en: 'E-mail', zh: '邮件' },
  sms: { en: 'SMS', zh: '短信' },
  wecom: { en: 'WeCom', zh: '企业微信' },
  letter: { en: 'letter', zh: '信函' },
  bureau: { en: 'credit bureau', zh: '征信机构' },
  licences: { en: 'licence register', zh: '许可证登记' },
  'court-list': { en: 'court list', zh: '法院名单' },
};

/** The name of an outlet. */
export const sayOutlet = (outlet: Outlet, language: 'en' | 'zh'): string => outletWords[outlet][language];
