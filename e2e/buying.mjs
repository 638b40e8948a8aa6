// Compra de Crédito in Portuguese: what is bought and how it is charged.

import assert from 'node:assert/strict';
import { eventually, plain } from './wait.mjs';

/** Chooses 10 GB, and how it is charged; what the page says of it. */
export async function chooseWay(page, way, said) {
  const credit = page.getByRole('combobox', { name: 'Crédito', exact: true });
  await eventually(async () => assert.ok(await credit.isEnabled(), 'something can be bought'));
  const pack = await credit.locator('option', { hasText: /^10,0.GB/u }).getAttribute('value');
  await choose(page, credit, pack);
  const charging = page.getByRole('combobox', { name: 'Forma de cobrança', exact: true });
  assert.deepEqual((await charging.getByRole('option').allTextContents()).map(plain), ['Boleto', 'Próximo faturamento', 'Pix', 'Cartão']);
  await choose(page, charging, way);
  await page.getByRole('status').filter({ hasText: said }).waitFor();
}

async function choose(page, box, value) {
  if ((await box.inputValue()) === value) return;
  const loaded = page.waitForEvent('load');
  await box.selectOption(value);
  await loaded;
}
