import { TokenKind } from 'liquidjs';
import type { Template, Token } from 'liquidjs';
import { isBusinessDate } from '../../../domain/platform/calendar.ts';
import { compare, fault, isDay, isNumber, known, nameOf, numeric, same, say, shape } from './kinds.ts';
import type { Kind, Operand } from './kinds.ts';
import { dayFormat, listFilters, numberFilters, parseLetter, textFilters } from './engine.ts';

type Scope = ReadonlyMap<string, Kind>;

/**
 * Holds a template against what its names are, without running it: every branch, whether a letter ever reaches it or not. Throws LetterFault
 * for a name there is not, reckoning with or comparing text, and an amount printed as a bare number.
 */
export function checkLetter(text: string, context: Readonly<Record<string, Kind>>): void {
  checkAll(parseLetter(text), new Map(Object.entries(context)));
}

/** A tag or an output of a parsed template, as far as it is looked into. */
export interface Node {
  name?: string;
  value?: ValueNode;
  branches?: { value?: ValueNode; values?: Token[]; templates: Template[] }[];
  elseTemplates?: Template[];
  templates?: Template[];
  variable?: string;
  collection?: Token;
  hash?: { hash: Record<string, Token | undefined> };
  key?: string;
  /** Text between tags. */
  str?: string;
  /** What stands in `raw`. */
  tokens?: Token[];
}
export interface ValueNode {
  initial: { postfix: Token[] };
  filters: { name: string; args: (Token | [string, Token])[] }[];
}

/** Walks templates in their order; answers the names that are known behind them. */
function checkAll(templates: readonly Template[], before: Scope): Scope {
  let scope = before;
  for (const template of templates) scope = checkOne(template as unknown as Node, scope);
  return scope;
}

function checkOne(node: Node, scope: Scope): Scope {
  switch (node.name) {
    case undefined:
      if (node.value) printed(ofValue(node.value, scope), node.value);
      return scope;
    case 'assign':
      return node.value ? withName(scope, node.key ?? '', ofValue(node.value, scope)) : scope;
    case 'capture':
      checkAll(node.templates ?? [], scope);
      return withName(scope, node.variable ?? '', 'text');
    case 'if':
    case 'unless':
    case 'case':
      return checkBranches(node, scope);
    case 'for':
      checkLoop(node, scope);
      return scope;
    default:
      return scope;
  }
}

function withName(scope: Scope, name: string, kind: Kind): Scope {
  const known = scope.get(name);
  if (known !== undefined && known !== 'any' && kind !== 'any' && shape(known) !== shape(kind))
    throw fault(`"${name}" is ${say(known)} here and ${say(kind)} there`, `"${name}" 前后类型不一致`);
  return new Map([...scope, [name, kind]]);
}

/** Only what every branch sets is known behind them. */
function checkBranches(node: Node, scope: Scope): Scope {
  const chosen = node.name === 'case' && node.value ? ofValue(node.value, scope) : null;
  const ends = (node.branches ?? []).map((branch) => {
    if (chosen === null && branch.value) ofValue(branch.value, scope);
    for (const token of branch.values ?? []) {
      const kind = ofToken(token, scope);
      same('==', chosen ?? 'any', kind);
      known('==', { kind: chosen ?? 'any', token: node.value?.initial.postfix[0] }, { kind, token });
    }
    return checkAll(branch.templates, scope);
  });
  ends.push(checkAll(node.elseTemplates ?? [], scope));
  const [first, ...others] = ends;
  return new Map([...(first ?? scope)].filter(([name]) => others.every((end) => end.has(name))));
}

const loop: Kind = {
  record: {
    ...{ index: 'number', index0: 'number', rindex: 'number', rindex0: 'number', length: 'number' },
    ...{ first: 'boolean', last: 'boolean' },
  },
};

function checkLoop(node: Node, scope: Scope): void {
  const all = node.collection ? ofToken(node.collection, scope) : 'any';
  if (all !== 'any' && !(typeof all === 'object' && 'list' in all))
    throw fault(`"for" goes through a list, not ${say(all)}`, '"for" 只能遍历列表');
  for (const token of Object.values(node.hash?.hash ?? {})) if (token) numeric('for', ofToken(token, scope), token);
  const one = all === 'any' ? 'any' : all.list;
  checkAll(node.templates ?? [], new Map([...scope, [node.variable ?? '', one], ['forloop', loop]]));
  checkAll(node.elseTemplates ?? [], scope);
}

function printed(kind: Kind, { initial, filters }: ValueNode): void {
  const told = filters.length === 0 ? nameOf(initial.postfix[0]) : 'the result';
  if (typeof kind === 'object') throw fault(`${told} is ${say(kind)} and cannot be printed`, `${told} 不能直接输出`);
  if (kind === 'sum')
    throw fault(`${told} is a plain number: print it with | money: currency`, `${told} 是数值，请使用 | money: currency 输出`);
}

function ofValue({ initial, filters }: ValueNode, scope: Scope): Kind {
  let kind = ofExpression(initial.postfix, scope);
  let from: Token | undefined = initial.postfix.length === 1 ? initial.postfix[0] : undefined;
  for (const { name, args } of filters) {
    const told = args.map((arg) => (Array.isArray(arg) ? arg[1] : arg));
    kind = filtered(name, kind, told, scope, from);
    from = undefined;
  }
  return kind;
}

/** Operands and operators in the order they are reckoned. */
function ofExpression(postfix: readonly Token[], scope: Scope): Kind {
  const stack: Operand[] = [];
  for (const token of postfix) {
    if (token.kind !== TokenKind.Operator) {
      stack.push({ kind: ofToken(token, scope), token });
      continue;
    }
    const { operator } = token as Token & { operator: string };
    const right = stack.pop();
    const left = operator === 'not' ? undefined : stack.pop();
    if (left && right) compare(operator, left, right);
    stack.push({ kind: 'boolean', token: undefined });
  }
  return stack.at(-1)?.kind ?? 'any';
}

function ofToken(token: Token, scope: Scope): Kind {
  switch (token.kind) {
    case TokenKind.Number:
      return 'number';
    case TokenKind.Quoted:
      return isBusinessDate((token as Token & { content: string }).content) ? 'written-day' : 'text';
    case TokenKind.Literal:
      return typeof (token as Token & { content: unknown }).content === 'boolean' ? 'boolean' : 'any';
    case TokenKind.Range: {
      const { lhs, rhs } = token as Token & { lhs: Token; rhs: Token };
      for (const end of [lhs, rhs]) numeric('..', ofToken(end, scope), end);
      return { list: 'number' };
    }
    case TokenKind.PropertyAccess:
      return ofPath(token, scope);
    default:
      throw fault(`${token.getText()} cannot be read`, `${token.getText()} 无法识别`);
  }
}

type Access = Token & { variable?: Token; props: (Token & { content?: unknown })[] };

function ofPath(token: Token, scope: Scope): Kind {
  const { variable, props } = token as Access;
  const [root, ...rest] = variable ? [null, ...props] : props;
  let kind = root ? scope.get(String(root.content)) : variable && ofToken(variable, scope);
  for (const prop of rest) if (kind !== undefined && prop) kind = inner(kind, prop, scope);
  if (kind === undefined) {
    const told = nameOf(token);
    throw fault(`undefined variable: ${told}`, `没有名称 ${told}`);
  }
  return kind;
}

function inner(kind: Kind, prop: Token & { content?: unknown }, scope: Scope): Kind | undefined {
  const { content } = prop;
  if (kind === 'any') return 'any';
  if (typeof kind === 'object' && 'record' in kind)
    return typeof content === 'string' && Object.hasOwn(kind.record, content) ? kind.record[content] : undefined;
  if (content === 'size') return kind === 'text' || typeof kind === 'object' ? 'number' : undefined;
  if (typeof kind !== 'object') return undefined;
  if (content === 'first' || content === 'last' || typeof content === 'number') return kind.list;
  return prop.kind === TokenKind.PropertyAccess && isNumber(ofToken(prop, scope)) ? kind.list : undefined;
}

const has = (names: readonly string[], name: string): boolean => names.includes(name);

/** What a filter makes of what it is given. */
function filtered(name: string, kind: Kind, args: readonly Token[], scope: Scope, from: Token | undefined): Kind {
  const kinds = args.map((arg) => ofToken(arg, scope));
  if (name === 'money') {
    numeric('money', kind, from);
    if (kinds.length !== 1 || !['text', 'any'].includes(say(kinds[0] ?? 'number')))
      throw fault('money takes the currency: | money: total.currency', 'money 须指明币种：| money: total.currency');
    return 'text';
  }
  if (name === 'date') {
    const format = (args[0] as (Token & { content?: unknown }) | undefined)?.content;
    if (!isDay(kind) || args.length !== 1 || (typeof format === 'string' && !dayFormat.test(format)))
      throw fault(
        `date takes a day and a format of %Y %m %d %-m %-d %B %b %A %a: ${nameOf(from)}`,
        `date 只能用于日期，格式可用 %Y %m %d %-m %-d 等：${nameOf(from)}`,
      );
    return 'text';
  }
  if (has(numberFilters, name)) {
    numeric(name, kind, from);
    for (const [at, one] of kinds.entries()) numeric(name, one, args[at]);
    return kind === 'sum' || kinds.includes('sum') ? 'sum' : 'number';
  }
  if (has(listFilters, name)) return ofList(name, kind, args, kinds, from);
  if (has(textFilters, name)) {
    if (name === 'default') return kind;
    if (kind === 'sum' || typeof kind === 'object')
      throw fault(`${name} takes text, not ${nameOf(from)}`, `${name} 只能用于文本`);
    return 'text';
  }
  throw fault(`undefined filter: ${name}`, `没有过滤器 ${name}`);
}

function ofList(name: string, kind: Kind, args: readonly Token[], kinds: readonly Kind[], from: Token | undefined): Kind {
  if (name === 'size') return 'number';
  if (kind === 'any') return 'any';
  if (typeof kind !== 'object' || !('list' in kind))
    throw fault(`${name} takes a list, not ${nameOf(from)}`, `${name} 只能用于列表`);
  const field = (args[0] as (Token & { content?: unknown }) | undefined)?.content;
  const of = kind.list;
  const named = typeof field === 'string' && typeof of === 'object' && 'record' in of ? of.record[field] : undefined;
  switch (name) {
    case 'first':
    case 'last':
      return of;
    case 'map':
    case 'where':
    case 'sum':
      if (typeof of === 'object' && named === undefined)
        throw fault(`undefined variable: ${String(field)}`, `没有名称 ${String(field)}`);
      if (name === 'map') return { list: named ?? of };
      if (name === 'where') {
        if (named !== undefined && kinds[1] !== undefined) {
          same('where', named, kinds[1], args[0]);
          known('where', { kind: named, token: args[0] }, { kind: kinds[1], token: args[1] });
        }
        return kind;
      }
      numeric('sum', named ?? of, args[0]);
      return named ?? of;
    case 'join':
      if (of === 'sum' || typeof of === 'object') throw fault('join takes a list of texts', 'join 只能用于文本列表');
      return 'text';
    default:
      return kind;
  }
}
