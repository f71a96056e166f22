import { pageOf } from '../pages.ts';
import type { AwsService, Tagged } from '../service.ts';

interface TagFilter {
  readonly Key: string;
  readonly Values?: readonly string[];
}

/** What has tags, over all services. Roles and origin access controls are not told, as in AWS. */
export const tagging: AwsService = {
  signedFor: 'tagging',
  package: '@aws-sdk/client-resource-groups-tagging-api',
  model: () => import('@aws-sdk/client-resource-groups-tagging-api') as never,
  operations: {
    GetResources: ({ TagFilters = [], ResourceTypeFilters = [], ResourcesPerPage = 50, PaginationToken }, call) => {
      const all = call.world.services.flatMap((it) => [...(it.tagged?.(call) ?? [])]);
      const fitting = all.filter(
        (it) => Object.keys(it.tags).length > 0 && hasTags(it, TagFilters) && isOf(it, ResourceTypeFilters),
      );
      const { items, next } = pageOf(
        fitting,
        PaginationToken || undefined,
        ResourcesPerPage,
        'PaginationTokenExpiredException',
      );
      return { ResourceTagMappingList: items.map(shown), PaginationToken: next ?? '' };
    },
  },
};

function hasTags({ tags }: Tagged, filters: readonly TagFilter[]): boolean {
  return filters.every(({ Key, Values = [] }) => {
    const value = tags[Key];
    return value !== undefined && (Values.length === 0 || Values.includes(value));
  });
}

/** `ecs` or `ecs:service`, the first parts of an ARN. */
function isOf({ arn }: Tagged, types: readonly string[]): boolean {
  const [, , service = '', , , ...rest] = arn.split(':');
  const kind = rest.join(':').split(/[/:]/)[0];
  return types.length === 0 || types.some((it) => it === service || it === `${service}:${kind}`);
}

function shown({ arn, tags }: Tagged): unknown {
  return { ResourceARN: arn, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
}
