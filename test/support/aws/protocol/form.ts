import type { NormalizedSchema } from '@smithy/core/schema';
import type { ServiceModel } from '../model.ts';
import { checkStructure, fromText, membersByWire, refuse } from './reading.ts';

type Members = Record<string, unknown>;

/** The keys of a form (`Tags.member.1.Key`) as a tree. */
interface Branch {
  text?: string;
  readonly children: Map<string, Branch>;
}

/** Lists of EC2 have no `member` in their keys, and its names begin with a capital. */
export type FormKind = 'query' | 'ec2';

/** Reads `Action`'s input from a form. */
export function readForm(
  model: ServiceModel,
  schema: NormalizedSchema,
  form: URLSearchParams,
  kind: FormKind,
): Members {
  const root = treeOf(form);
  for (const own of ['Action', 'Version']) root.children.delete(own);
  return new FormReader(model, kind).structure(schema, root, '');
}

function treeOf(form: URLSearchParams): Branch {
  const root: Branch = { children: new Map() };
  for (const [key, text] of form) {
    let at = root;
    for (const part of key.split('.')) {
      const next = at.children.get(part) ?? { children: new Map() };
      at.children.set(part, next);
      at = next;
    }
    if (at.text !== undefined) refuse(key, 'there more than once');
    at.text = text;
  }
  return root;
}

class FormReader {
  readonly #model: ServiceModel;
  readonly #kind: FormKind;

  constructor(model: ServiceModel, kind: FormKind) {
    this.#model = model;
    this.#kind = kind;
  }

  structure(schema: NormalizedSchema, branch: Branch, path: string): Members {
    const members = membersByWire(schema, (name, member) => this.#wireName(name, member));
    const read: Members = {};
    for (const [key, child] of branch.children) {
      const [name, member] = members.get(key) ?? refuse(`${path}.${key}`, 'unknown member');
      read[name] = this.#value(member, child, `${path}.${key}`);
    }
    checkStructure(this.#model, schema, read, path);
    return read;
  }

  #value(schema: NormalizedSchema, branch: Branch, path: string): unknown {
    if (schema.isStructSchema()) return this.structure(schema, branch, path);
    if (schema.isListSchema()) return this.#list(schema, branch, path);
    if (schema.isMapSchema()) return this.#map(schema, branch, path);
    if (branch.children.size > 0 || branch.text === undefined) return refuse(path, 'a text is needed');
    return fromText(schema, branch.text, path);
  }

  #list(schema: NormalizedSchema, branch: Branch, path: string): unknown[] {
    if (branch.children.size === 0) return branch.text === '' ? [] : refuse(path, 'a list is needed');
    const flat = this.#kind === 'ec2' || schema.getMergedTraits().xmlFlattened;
    const name = (schema.getValueSchema().getMemberTraits().xmlName as string | undefined) ?? 'member';
    const items = flat ? branch : within(branch, name, path);
    return numbered(items, path).map((it, at) => this.#value(schema.getValueSchema(), it, `${path}[${at}]`));
  }

  #map(schema: NormalizedSchema, branch: Branch, path: string): Members {
    const entries = schema.getMergedTraits().xmlFlattened ? branch : within(branch, 'entry', path);
    const [key, value] = [schema.getKeySchema(), schema.getValueSchema()].map(
      (it, at) => (it.getMemberTraits().xmlName as string | undefined) ?? ['key', 'value'][at],
    ) as [string, string];
    return Object.fromEntries(
      numbered(entries, path).map((entry) => [
        entry.children.get(key)?.text ?? refuse(path, 'an entry without a key'),
        this.#value(schema.getValueSchema(), entry.children.get(value) ?? refuse(path, 'no value'), path),
      ]),
    );
  }

  #wireName(name: string, member: NormalizedSchema): string {
    const { ec2QueryName, xmlName = name } = member.getMemberTraits() as Record<string, string | undefined>;
    if (this.#kind === 'query') return xmlName;
    return ec2QueryName ?? xmlName.charAt(0).toUpperCase() + xmlName.slice(1);
  }
}

function within(branch: Branch, name: string, path: string): Branch {
  const child = branch.children.get(name);
  return child && branch.children.size === 1 ? child : refuse(path, `items are called ${name}`);
}

/** Items in the order of their numbers, which have to be 1, 2, 3, … */
function numbered({ children }: Branch, path: string): Branch[] {
  return Array.from({ length: children.size }, (_, at) => {
    return children.get(String(at + 1)) ?? refuse(path, `no item ${at + 1}`);
  });
}
