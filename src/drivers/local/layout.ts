import { join } from 'node:path';

/** Names one target within a project's gateway. */
export interface TargetName {
  readonly environment: string;
  readonly service: string;
}

export function targetKey(target: TargetName): string {
  return `${target.environment}/${target.service}`;
}

export const stateFile = (folder: string): string => join(folder, 'gateway.json');
/** Holds the chance part of the name under which the one gateway of a folder is locked. */
export const tokenFile = (folder: string): string => join(folder, 'gateway.id');
export const gatewayLog = (folder: string): string => join(folder, 'gateway.log');
export const releasesFolder = (folder: string): string => join(folder, 'releases');
export const logsFolder = (folder: string): string => join(folder, 'logs');

export function targetReleases(folder: string, target: TargetName): string {
  return join(releasesFolder(folder), target.environment, target.service);
}

export function targetLogs(folder: string, target: TargetName): string {
  return join(logsFolder(folder), target.environment, target.service);
}

export function releaseFolder(folder: string, target: TargetName, release: string): string {
  return join(targetReleases(folder, target), release);
}

export function releaseLog(folder: string, target: TargetName, release: string): string {
  return join(targetLogs(folder, target), `${release}.log`);
}

/** Commands of a target, each in a folder of its own. */
export function targetJobs(folder: string, { environment, service }: TargetName): string {
  return join(folder, 'jobs', environment, service);
}

/** Name of the control socket in the folder. */
export const CONTROL_SOCKET = 'gateway.sock';
export const controlSocket = (folder: string): string => join(folder, CONTROL_SOCKET);
