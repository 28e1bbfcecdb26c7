import { sentenceOf } from '../platform/sentences.ts';
import type { Sentences } from '../platform/sentences.ts';
import type { OutreachWhyCode } from './outreach.ts';

const sentences: Sentences<OutreachWhyCode> = {
  en: {
    'message-sending': () => 'a message is being handed to its provider',
    'contact-due': () => 'a contact is due',
    gathering: () => 'one digest gathers what is due',
    'receipt-awaited': () => 'a receipt is awaited',
    'withdrawal-awaited': () => 'a contact no longer called for is being withdrawn',
    restored: () => 'the record was restored: a person finds out what went out',
    'settings-awaited': () => 'settings are missing without which nothing leaves',
    'first-contact-waits': () => 'other customers that were taken over are contacted first',
    'nothing-pending': () => 'nothing pending',
    'fallback-cap': () => 'reached by another channel often enough this week',
    'quiet-hours': () => 'quiet hours',
    holiday: () => 'no contact day',
    'daily-cap': () => 'contacted already today',
    'weekly-cap': () => 'contacted often enough this week',
    'outside-window': () => 'outside contact hours',
    'enforcement-off': () => 'contacts are switched off',
  },
  zh: {
    'message-sending': () => '消息正在提交服务商',
    'contact-due': () => '应联系客户',
    gathering: () => '汇总到期事项，合并为一封消息',
    'receipt-awaited': () => '等待送达回执',
    'withdrawal-awaited': () => '正在撤回不再需要的联系',
    restored: () => '数据由备份恢复，须由人工核实已发出的联系',
    'settings-awaited': () => '缺少对外联系所必需的设置',
    'first-contact-waits': () => '按分批首次联系的安排，先联系其他接管客户',
    'nothing-pending': () => '没有待处理事项',
    'fallback-cap': () => '本周已多次通过其他渠道联系',
    'quiet-hours': () => '处于免打扰时段',
    holiday: () => '非联系日',
    'daily-cap': () => '今日已联系',
    'weekly-cap': () => '本周联系次数已达上限',
    'outside-window': () => '不在联系时段内',
    'enforcement-off': () => '客户联系已关闭',
  },
};

/** Why a contact waits, in words. */
export const sayOutreachWhy = (code: OutreachWhyCode, language: 'zh' | 'en'): string =>
  sentenceOf(sentences, { code, params: {} }, language);
