import type { JsonObject } from '../../../core/json.ts';
import type { OptionProblem } from '../../option-checks.ts';
import { isInnerPath, matching, type OptionCheck, oneOf, wrong } from '../../option-checks.ts';
import type { KindOptions, SharedOptions } from './shared.ts';

/** Options of kind `static`, complete. */
export interface StaticOptions extends SharedOptions {
  readonly kind: 'static';
  /** File for paths that nothing else answers. */
  readonly spa?: string;
  /** Folders whose files carry a digest in their names, beside those whose names look like it. */
  readonly immutable: readonly string[];
  /** Where text is compressed: at CloudFront, or before it goes up, which is smaller. */
  readonly compress: 'edge' | 'ahead';
  /** Hosts that the distribution answers for, and the certificate that covers them. */
  readonly domains: readonly string[];
  readonly certificate?: string;
  /** Name of a bucket that exists. */
  readonly bucket?: string;
  /** Id of a distribution that exists. */
  readonly distribution?: string;
}

const HOST = /^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;
const OF_THE_DISTRIBUTION: OptionProblem = {
  message: 'is that of the distribution',
  fix: 'Leave it out, or leave distribution out to have one made',
};
/** It stands among the values of the key value store, which are short. */
const LONGEST_SPA = 100;

export const staticOptions: KindOptions = {
  checks: {
    spa: checkSpa,
    immutable: checkFolders,
    compress: oneOf('edge', 'ahead'),
    domains: checkDomains,
    certificate: matching(
      /^arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate\/[\w-]{1,64}$/,
      'is not a certificate that CloudFront can use',
      'the ARN of a certificate in us-east-1, wherever the service lives',
    ),
    bucket: matching(
      /^(?!xn--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
      'is not a bucket',
      'the name of a bucket, without dots',
    ),
    distribution: matching(/^E[A-Z0-9]{6,30}$/, 'is not a distribution', 'an id such as E2ABCDEFGHIJKL'),
  },
  defaults: { immutable: [], compress: 'edge', domains: [] },
  properties: {
    spa: {
      anyOf: [{ type: 'boolean' }, { type: 'string' }],
      description: 'static: file for paths that nothing else answers; true stands for index.html',
    },
    immutable: {
      type: 'array',
      items: { type: 'string' },
      description:
        'static: folders whose files carry a digest in their names, cached for a year; names that end in one are known anyway',
    },
    compress: {
      enum: ['edge', 'ahead'],
      default: 'edge',
      description:
        'static: where text is compressed: at CloudFront, or before it goes up, smaller, with two more objects each',
    },
    domains: {
      type: 'array',
      items: { type: 'string' },
      description:
        'static: hosts that the distribution answers for, the first of which is its URL; they need certificate',
    },
    certificate: {
      type: 'string',
      description: 'static: ARN of the certificate in us-east-1 that covers the domains',
    },
    bucket: {
      type: 'string',
      description:
        'static: name of a private bucket that exists, which gets files below deployer/ in place of an own one',
    },
    distribution: {
      type: 'string',
      description: 'static: id of a distribution that exists, whose default behaviour leads viewers to releases',
    },
  } satisfies JsonObject,
  together: (options) => {
    const { distribution, domains, certificate } = options as unknown as StaticOptions;
    const own = domains.length > 0 ? 'domains' : certificate === undefined ? undefined : 'certificate';
    return distribution === undefined || own === undefined ? {} : { [own]: OF_THE_DISTRIBUTION };
  },
};

function checkSpa(value: unknown): OptionCheck {
  if (typeof value === 'boolean') return value ? { value: 'index.html' } : {};
  const right = isInnerPath(value) && value.length <= LONGEST_SPA;
  return right ? { value } : wrong('is not a file', 'true, or the path of a file inside the artifact');
}

function checkFolders(value: unknown): OptionCheck {
  const right = Array.isArray(value) && value.every(isInnerPath);
  return right ? { value } : wrong('is not a list of folders', 'a list of folders inside the artifact');
}

function checkDomains(value: unknown): OptionCheck {
  const right = Array.isArray(value) && value.every((host) => typeof host === 'string' && HOST.test(host));
  return right ? { value } : wrong('is not a list of hosts', 'a list of hosts such as www.example.com');
}
