import { TokenKind } from 'liquidjs';
import type { Template, Token } from 'liquidjs';
import type { Node, ValueNode } from './check.ts';
import { parseLetter } from './engine.ts';

/** Everything a template may say, whether a letter ever reaches it or not. */
export interface Said {
  /** The template with its branches taken in turn; what only a customer's facts tell is left out. */
  texts: readonly string[];
  /** Texts that stand in its code and may be printed. What is only compared with is none. */
  literals: readonly string[];
}

/** So much text is looked at one way after another; what is left of a larger template was seen with all its branches together. */
const MOST_SAID = 200_000;

/** So much of a text that doubles itself again and again is enough to judge it. */
const MOST_TEXT = 20_000;

type Choice = (node: Node) => readonly number[];

/** What a template says in every branch: all of them together, each where no other is taken, and the first, second … of each. */
export function saidBy(text: string): Said {
  const parsed = parseLetter(text);
  const forks = forksIn(parsed, new Map());
  const most = Math.max(1, ...forks.map(({ node }) => alternativesOf(node).length));
  const ways: Choice[] = [
    (node) => alternativesOf(node).map((_, at) => at),
    ...forks.map(({ way }): Choice => (node) => [way.get(node) ?? alternativesOf(node).length - 1]),
    ...Array.from({ length: most }, (_, at): Choice => (node) => [Math.min(at, alternativesOf(node).length - 1)]),
  ];
  const literals = new Set<string>();
  const texts = new Set<string>();
  let size = 0;
  for (const choose of ways) {
    const said = new Speaker(choose, literals).say(parsed);
    if (!texts.has(said)) size += said.length;
    texts.add(said);
    if (size > MOST_SAID) break;
  }
  return { texts: [...texts], literals: [...literals] };
}

/** The parts of a tag of which a letter has one; the last is that for none of the conditions. */
function alternativesOf(node: Node): readonly (readonly Template[])[] {
  if (node.name === 'for') return [node.templates ?? [], node.elseTemplates ?? []];
  return [...(node.branches ?? []).map(({ templates }) => templates), node.elseTemplates ?? []];
}

const forked = (node: Node): boolean => node.name === 'for' || node.branches !== undefined;

/** Each alternative of each tag, with what has to be chosen on the way to it. */
function forksIn(
  templates: readonly Template[],
  way: ReadonlyMap<Node, number>,
): { node: Node; way: ReadonlyMap<Node, number> }[] {
  return templates.flatMap((template) => {
    const node = template as unknown as Node;
    if (node.name === 'capture') return forksIn(node.templates ?? [], way);
    if (!forked(node)) return [];
    return alternativesOf(node).flatMap((parts, at) => {
      const there = new Map([...way, [node, at]]);
      return [{ node, way: there }, ...forksIn(parts, there)];
    });
  });
}

/** Says a template without facts: its texts, and those it keeps under a name. */
class Speaker {
  readonly #choose: Choice;
  readonly #literals: Set<string>;
  readonly #kept = new Map<string, string>();

  constructor(choose: Choice, literals: Set<string>) {
    this.#choose = choose;
    this.#literals = literals;
  }

  say(templates: readonly Template[]): string {
    return templates.map((template) => this.#sayOne(template as unknown as Node)).join('');
  }

  #sayOne(node: Node): string {
    if (node.str !== undefined) return node.str;
    if (forked(node)) {
      const alternatives = alternativesOf(node);
      return this.#choose(node)
        .map((at) => this.say(alternatives[at] ?? []))
        .join('');
    }
    switch (node.name) {
      case 'assign':
        this.#kept.set(node.key ?? '', node.value ? this.#ofValue(node.value) : '');
        return '';
      case 'capture': {
        const captured = this.say(node.templates ?? []);
        this.#kept.set(node.variable ?? '', captured);
        this.#literals.add(captured);
        return '';
      }
      case 'raw':
        return (node.tokens ?? []).map((token) => token.getText()).join('');
      default:
        return node.value ? this.#ofValue(node.value) : '';
    }
  }

  #ofValue({ initial, filters }: ValueNode): string {
    const texts = initial.postfix.map((token) => this.#ofToken(token));
    let said = initial.postfix.length === 1 ? (texts[0] ?? '') : '';
    for (const { name, args } of filters) {
      const [one = '', other = ''] = args.map((arg) => this.#ofToken(Array.isArray(arg) ? arg[1] : arg));
      said = changed(name, said, one, other).slice(0, MOST_TEXT);
    }
    return said;
  }

  #ofToken(token: Token): string {
    if (token.kind === TokenKind.Quoted) {
      const { content } = token as Token & { content: string };
      this.#literals.add(content);
      return content;
    }
    return this.#kept.get(token.getText().trim()) ?? '';
  }
}

/** What a filter makes of a text, as far as it makes another text of it. */
function changed(name: string, said: string, one: string, other: string): string {
  switch (name) {
    case 'append':
      return said + one;
    case 'prepend':
      return one + said;
    case 'default':
      return said === '' ? one : said;
    case 'replace':
    case 'remove':
      return one === '' ? said : said.replaceAll(one, () => (name === 'replace' ? other : ''));
    case 'replace_first':
    case 'remove_first':
      return one === '' ? said : said.replace(one, () => (name === 'replace_first' ? other : ''));
    default:
      return said;
  }
}
