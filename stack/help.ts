import type { Command, Option } from 'commander';
import { InvalidArgumentError } from 'commander';
import { columnsOf, terminalLanguage } from './words.ts';

const language = terminalLanguage(process.env);

/** A text of the help in the language of the terminal. */
export const say = (en: string, zh: string): string => (language === 'zh' ? zh : en);

/** A value of an option or argument that cannot be used, in the language of the terminal. */
export const unusable = (en: string, zh: string): InvalidArgumentError => new InvalidArgumentError(say(en, zh));

const titles: Readonly<Record<string, string>> = {
  'Usage:': '用法：',
  'Arguments:': '参数：',
  'Options:': '选项：',
  'Commands:': '命令：',
};

/** What the library of the command line finds wrong, in Chinese. Values and names come as they were typed. */
const faults: readonly (readonly [RegExp, (...found: string[]) => string])[] = [
  [/^unknown option '(.+?)'/, (name) => `没有选项“${name}”`],
  [/^unknown command '(.+?)'/, (name) => `没有命令“${name}”`],
  [/^missing required argument '(.+?)'/, (name) => `缺少参数 <${name}>`],
  [/^required option '(.+?)' not specified/, (name) => `缺少必填选项“${name}”`],
  [/^option '(.+?)' argument missing/, (name) => `选项“${name}”缺少取值`],
  [
    /^option '(.+?)' argument '(.*?)' is invalid\. Allowed choices are (.+?)\.?$/,
    (name, value, choices = '') => `选项“${name}”不能取“${value}”，可选：${choices.split(', ').join('、')}`,
  ],
  [/^option '(.+?)' argument '(.*?)' is invalid\. (.+?)[.。]?$/, (name, value, why) => `选项“${name}”不能取“${value}”：${why}`],
  [
    /^command-argument value '(.*?)' is invalid for argument '(.+?)'\. (.+?)[.。]?$/,
    (value, name, why) => `参数“${name}”不能取“${value}”：${why}`,
  ],
  [/^too many arguments/, () => '参数过多'],
];
const meant = /\(Did you mean (?:one of )?(.+?)\?\)/;

/** A sentence of the library about what was typed, in Chinese; without the closing mark. */
export function faultInChinese(text: string): string {
  const said = text.replace(/^error: /, '').trim();
  const hint = meant.exec(said)?.[1];
  const plain = said.replace(meant, '').trim();
  for (const [pattern, zh] of faults) {
    const found = pattern.exec(plain);
    if (found) return `${zh(...found.slice(1))}${hint === undefined ? '' : `（是否想输入 ${hint}？）`}`;
  }
  return `命令行有误（${plain}）`;
}

/** Choices and default of an option, as the help shows them behind its text. */
function optionInChinese({ description, argChoices, defaultValue, negate }: Option): string {
  const more = [
    ...(argChoices ? [`可选：${argChoices.join('、')}`] : []),
    ...(defaultValue !== undefined && defaultValue !== false && !negate ? [`默认：${String(defaultValue)}`] : []),
  ];
  return more.length === 0 ? description : `${description}（${more.join('；')}）`;
}

/** What the library of the command line says by itself, in the language of the terminal; its subcommands inherit it. */
export const speaking = <T extends Command>(command: T): T => {
  command.helpOption('-h, --help', say('show this help', '显示帮助'));
  command.helpCommand('help [command]', say('show the help of a command', '显示某个命令的帮助'));
  if (language === 'en') return command;
  command.configureHelp({
    styleTitle: (title) => titles[title] ?? title,
    styleUsage: (usage) => usage.replaceAll('[options]', '[选项]').replaceAll('[command]', '[命令]'),
    styleSubcommandTerm: (term) => term.replaceAll('[options]', '[选项]').replaceAll('[command]', '[命令]'),
    optionDescription: optionInChinese,
    displayWidth: columnsOf,
  });
  command.configureOutput({ outputError: (text, write) => write(`${faultInChinese(text)}。\n`) });
  return command;
};
