import type { Target } from '../../../../core/driver.ts';
import type { JsonObject } from '../../../../core/json.ts';
import type { Account } from '../../account.ts';
import type { StaticOptions } from '../../options/static.ts';
import { bucketHost, bucketName, distributionArn, hasNamespace, ownName, prefixOf } from '../names.ts';
import { readingStatement } from './reading.ts';
import { adoptedRequestCode, REQUEST_CODE, RESPONSE_CODE } from './viewer-code.ts';

/** Managed by AWS: long, by path alone, with what a viewer accepts of gzip and brotli. */
const CACHING_OPTIMIZED = '658327ea-f89d-4fab-a63d-7e88639e58f6';

/** What lives as long as the target. Nothing that a deploy changes is in it: the next update would set it back. */
export function templateOf(target: Target, account: Account<StaticOptions>): JsonObject {
  const name = ownName(target);
  const { options } = account;
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `Files of ${target.project}/${target.environment}/${target.service.name}, made by deployer`,
    Resources: {
      ...(options.bucket === undefined ? ownBucket(target, account) : {}),
      Store: { Type: 'AWS::CloudFront::KeyValueStore', Properties: { Name: name } },
      OnRequest: functionOf(ownName(target, 'request'), requestCode(target, account), [
        { KeyValueStoreARN: arnOf('Store') },
      ]),
      OnResponse: functionOf(ownName(target, 'response'), RESPONSE_CODE),
      ...(options.distribution === undefined ? ownDistribution(target, account) : {}),
    },
  };
}

function requestCode(target: Target, account: Account<StaticOptions>): string {
  const { distribution, bucket = bucketName(target, account) } = account.options;
  if (distribution === undefined) return REQUEST_CODE;
  return adoptedRequestCode({ host: bucketHost(bucket, account), folder: folderOf(target, account) });
}

/** As CloudFront puts it before paths. */
function folderOf(target: Target, { options }: Account<StaticOptions>): string {
  return `/${prefixOf(target, options)}`.replace(/\/$/, '');
}

function ownBucket(target: Target, account: Account<StaticOptions>): JsonObject {
  return { Bucket: bucketOf(target, account), BucketPolicy: policyOf(target, account) };
}

function ownDistribution(target: Target, account: Account<StaticOptions>): JsonObject {
  return {
    AccessControl: {
      Type: 'AWS::CloudFront::OriginAccessControl',
      Properties: {
        OriginAccessControlConfig: {
          Name: ownName(target),
          OriginAccessControlOriginType: 's3',
          SigningBehavior: 'always',
          SigningProtocol: 'sigv4',
        },
      },
    },
    Distribution: { Type: 'AWS::CloudFront::Distribution', Properties: distributionOf(target, account) },
  };
}

function arnOf(resource: string, attribute = 'Arn'): JsonObject {
  return { 'Fn::GetAtt': [resource, attribute] };
}

function bucketOf(target: Target, account: Account): JsonObject {
  return {
    Type: 'AWS::S3::Bucket',
    Properties: {
      BucketName: bucketName(target, account),
      ...(hasNamespace(account) ? { BucketNamespace: 'account-regional' } : {}),
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      LifecycleConfiguration: {
        Rules: [{ Id: 'cut-uploads', Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }],
      },
    },
  };
}

/** For this one distribution, and for files only: it can list nothing, and sees no list of a release. */
function policyOf(target: Target, account: Account<StaticOptions>): JsonObject {
  const { distribution } = account.options;
  const reader = distributionArn(account, distribution ?? '${Distribution}');
  const prefix = prefixOf(target, account.options);
  const under = (folder: string) => ({ 'Fn::Sub': `\${Bucket.Arn}/${prefix}${folder}*` });
  return {
    Type: 'AWS::S3::BucketPolicy',
    Properties: {
      Bucket: { Ref: 'Bucket' },
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [readingStatement(under, { StringEquals: { 'AWS:SourceArn': { 'Fn::Sub': reader } } })],
      },
    },
  };
}

function functionOf(name: string, code: string, stores: readonly JsonObject[] = []): JsonObject {
  return {
    Type: 'AWS::CloudFront::Function',
    Properties: {
      Name: name,
      AutoPublish: true,
      FunctionCode: code,
      FunctionConfig: {
        Comment: 'made by deployer',
        Runtime: 'cloudfront-js-2.0',
        ...(stores.length > 0 ? { KeyValueStoreAssociations: stores } : {}),
      },
    },
  };
}

function distributionOf(target: Target, account: Account<StaticOptions>): JsonObject {
  const { domains, certificate, bucket } = account.options;
  return {
    DistributionConfig: {
      Comment: `${target.project}/${target.environment}/${target.service.name}`,
      Enabled: true,
      HttpVersion: 'http2and3',
      IPV6Enabled: true,
      Origins: [
        {
          Id: 'files',
          ...(bucket === undefined
            ? { DomainName: arnOf('Bucket', 'RegionalDomainName') }
            : { DomainName: bucketHost(bucket, account), OriginPath: folderOf(target, account) }),
          OriginAccessControlId: arnOf('AccessControl', 'Id'),
          S3OriginConfig: { OriginAccessIdentity: '' },
        },
      ],
      DefaultCacheBehavior: {
        TargetOriginId: 'files',
        ViewerProtocolPolicy: 'redirect-to-https',
        AllowedMethods: ['GET', 'HEAD'],
        CachedMethods: ['GET', 'HEAD'],
        Compress: true,
        CachePolicyId: CACHING_OPTIMIZED,
        FunctionAssociations: [
          { EventType: 'viewer-request', FunctionARN: arnOf('OnRequest', 'FunctionARN') },
          { EventType: 'viewer-response', FunctionARN: arnOf('OnResponse', 'FunctionARN') },
        ],
      },
      ...(domains.length > 0 ? { Aliases: [...domains] } : {}),
      ...(certificate === undefined
        ? {}
        : {
            ViewerCertificate: {
              AcmCertificateArn: certificate,
              SslSupportMethod: 'sni-only',
              MinimumProtocolVersion: 'TLSv1.2_2021',
            },
          }),
    },
  };
}
