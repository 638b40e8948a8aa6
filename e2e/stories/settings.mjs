// An administrator dresses the portal: a colour that could not be read is told while it is typed, a logo is sent, and a customer sees both
// at once, with the name and the terms.

import assert from 'node:assert/strict';
import { deflateSync, crc32 } from 'node:zlib';
import { story } from '../story.mjs';
import { contains, eventually } from '../wait.mjs';

story('A colour that fails the check is told, and the brand is seen in the portal', {}, async ({ demo, page, newTab }) => {
  await page.goto(new URL('/demo', demo.portal_url).href);
  await page.getByRole('button', { name: 'Open as staff' }).first().click();
  await page.goto(new URL('/console/brand', demo.portal_url).href);
  await page.getByLabel('Name', { exact: true }).fill('Lagoa Telecom');
  await page.getByLabel('Address of your terms').fill('https://lagoa.example/terms');
  const colour = page.getByLabel('Colour');
  await colour.pressSequentially('#ffd400');
  await contains(page.locator('#colour-check'), 'is too pale for links on light pages: 1.2');
  await colour.fill('#0b3d91');
  await contains(page.locator('#colour-check'), 'Links on light pages have it as it is');
  await page.getByRole('button', { name: 'Save' }).click();
  await contains(page.getByRole('status').first(), 'The brand was saved.');

  await page.getByLabel('Picture').setInputFiles({ name: 'logo.svg', mimeType: 'image/svg+xml', buffer: Buffer.from('<svg/>') });
  await page.getByRole('button', { name: 'Use this logo' }).click();
  await contains(page.getByRole('alert'), 'This is no PNG picture.');
  await page.getByLabel('Picture').setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer: png(240, 60) });
  await page.getByRole('button', { name: 'Use this logo' }).click();
  await contains(page.getByRole('status').first(), 'The logo was saved.');

  const customer = await newTab();
  await customer.page.goto(new URL('/sign-in', demo.portal_url).href);
  const logo = customer.page.getByRole('img', { name: 'Lagoa Telecom' });
  await eventually(async () => assert.equal(await logo.evaluate((picture) => picture.naturalWidth), 240));
  await customer.page.getByRole('link', { name: 'Terms of Lagoa Telecom' }).waitFor();
  const filled = await customer.page
    .getByRole('button', { name: 'Sign in' })
    .evaluate((button) => getComputedStyle(button).backgroundColor);
  assert.equal(filled, 'rgb(11, 61, 145)');
});

/** A picture of one colour. */
function png(width, height) {
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, Buffer.from([11, 61, 145]))]);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)));
  const chunk = (kind, content) => {
    const named = Buffer.concat([Buffer.from(kind), content]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(content.length);
    sum.writeUInt32BE(crc32(named));
    return Buffer.concat([length, named, sum]);
  };
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}
