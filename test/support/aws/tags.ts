/** Tags as most services have them: a list of `Key` and `Value`. */
export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export type Tags = Map<string, string>;

export function tagsOf(list: readonly Partial<Tag>[] | undefined): Tags {
  return new Map((list ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
}

export function tagList(tags: ReadonlyMap<string, string>): Tag[] {
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}
