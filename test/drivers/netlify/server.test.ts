import { createHash } from 'node:crypto';
import { NetlifyAPI } from '@netlify/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NetlifyServer } from '../../support/netlify/server.ts';

/** The tests' Netlify as Netlify's own client finds it: it must not be made for ours alone. */
describe("Netlify's own client", () => {
  let server: NetlifyServer;
  // biome-ignore lint/suspicious/noExplicitAny: its methods are made from the document when it starts
  let client: any;

  beforeAll(async () => {
    server = await NetlifyServer.start();
    const { host } = new URL(server.url);
    client = new NetlifyAPI('goodtoken', { scheme: 'http', host, pathPrefix: '/api/v1' });
  });

  afterAll(async () => {
    expect(server.violations).toEqual([]);
    await server.close();
  });

  test('makes a site, deploys to it in both ways, publishes, and removes it', async () => {
    expect(await client.getCurrentUser()).toMatchObject({ email: 'dev@acme.test' });
    const [{ slug }] = await client.listAccountsForUser();
    const site = await client.createSiteInTeam({ account_slug: slug, body: { name: 'theirs' } });
    const first = await client.createSiteDeploy({ site_id: site.id, title: 'one', body: { files: mapOf('one') } });
    expect(first).toMatchObject({ state: 'uploading', required: [sha('one'), sha('deep')] });
    await upload(first.id, 'index.html', 'one');
    await upload(first.id, 'a/b c.txt', 'deep');
    expect(await client.getSiteDeploy({ site_id: site.id, deploy_id: first.id })).toMatchObject({ state: 'ready' });
    expect(server.page('theirs.netlify.app')).toBe('one');

    const begun = await client.createSiteDeploy({ site_id: site.id, body: { branch: 'next' } });
    const second = await client.updateSiteDeploy({
      site_id: site.id,
      deploy_id: begun.id,
      body: { files: mapOf('two'), branch: 'next', async: true },
    });
    await upload(second.id, 'index.html', 'two');
    expect(server.page('next--theirs.netlify.app')).toBe('two');
    expect(server.page('theirs.netlify.app')).toBe('one');
    await client.restoreSiteDeploy({ site_id: site.id, deploy_id: second.id });
    expect(server.page('theirs.netlify.app', '/a/b%20c.txt')).toBe('deep');
    expect(server.page('theirs.netlify.app')).toBe('two');

    const variable = { key: 'A', values: [{ context: 'production', value: 'x' }] };
    await client.createEnvVars({ account_id: site.account_id, site_id: site.id, body: [variable] });
    expect(await client.getEnvVars({ accountId: site.account_id, siteId: site.id })).toMatchObject([variable]);
    await client.deleteSite({ site_id: site.id });
    expect(server.platform.things()).toEqual([]);
  });

  test('is told what it does wrong', async () => {
    server.platform.addForeignSite('taken');
    await expect(client.createSite({ body: { name: 'taken' } })).rejects.toMatchObject({
      status: 422,
      json: { errors: { subdomain: ['must be unique'] } },
    });
    const site = await client.createSite({ body: { name: 'mine' } });
    const deploy = await client.createSiteDeploy({ site_id: site.id, body: { files: mapOf('one') } });
    await expect(upload(deploy.id, 'index.html', 'other bytes')).rejects.toMatchObject({ status: 422 });
    await expect(client.getSite({ site_id: 'taken.netlify.app' })).rejects.toMatchObject({ status: 404 });
    await expect(
      client.createSiteDeploy({ site_id: site.id, body: { files: { a: 1 }, drfat: true } }),
    ).rejects.toMatchObject({ status: 422 });
    expect(server.violations.splice(0)).toEqual(['body has drfat, which nobody knows']);
    await client.deleteSite({ site_id: site.id });
  });

  function upload(deploy_id: string, path: string, text: string): Promise<unknown> {
    return client.uploadDeployFile({ deploy_id, path: encodeURI(path), body: text });
  }

  function mapOf(text: string): Record<string, string> {
    return { 'index.html': sha(text), 'a/b c.txt': sha('deep') };
  }
});

function sha(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
