// Money that goes back, as the customer sees it: refunds in steps, one that fails, an inquiry that becomes a dispute and is won, one that is lost; in
// the open page, without a reload.

import { Checkout, VISA } from '../checkout.mjs';
import { NAMES } from '../names.mjs';
import { at, payment } from '../provider.mjs';
import { story, storyOnPhones } from '../story.mjs';

const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };

const LOST = {
  'en-US': { reason: 'Your bank took this payment back. The credit it had bought was taken back.', movement: 'Recharge disputed at the bank' },
  'pt-BR': { reason: 'Seu banco retirou este pagamento. O crédito que ele tinha comprado foi retirado.', movement: 'Recarga contestada no banco' },
};

const DECIDED = {
  'en-US': 'Your bank has decided: this payment stands',
  'pt-BR': 'Seu banco decidiu: este pagamento vale',
};

/** Ten dollars paid, and the page that shows it left open. */
async function paid({ demo, portal }) {
  const { names } = portal;
  await portal.signIn();
  await portal.openRecharge();
  await portal.addCredit();
  const checkout = new Checkout(portal.page);
  await checkout.isOpen();
  await checkout.fillCard(VISA);
  await checkout.pay(10);
  await portal.dialogSays('successful', names.added(names.money(10), names.money(35)));
  await portal.closeDialog('successful');
  await stands(portal, 35, names.success);
  return payment(demo);
}

async function stands(portal, dollars, badge) {
  await portal.balance(dollars);
  await portal.rowsAre([{ amount: portal.names.money(10), card: VISA.shown, status: badge }]);
}

for (const names of NAMES) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    const told = `(${names.locale}, ${size})`;

    story(`refunds in steps, and one that fails ${told}`, { names, context: { viewport } }, async ({ demo, portal }) => {
      const intent = await paid({ demo, portal });
      await portal.markDocument();
      await at(demo, `/payments/${intent}/refunds`, { decimal: '4.00' });
      await stands(portal, 31, names.partlyRefunded);
      await portal.page.getByText(names.money(4)).first().waitFor();
      const rest = await at(demo, `/payments/${intent}/refunds`, { decimal: '6.00' });
      await stands(portal, 25, names.refunded);
      await at(demo, `/refunds/${rest.id}/outcome`, { outcome: 'failed' });
      await stands(portal, 31, names.partlyRefunded);
      await portal.sameDocument();
    });

    story(`a dispute: asked about, opened, won ${told}`, { names, context: { viewport } }, async ({ demo, portal }) => {
      const intent = await paid({ demo, portal });
      await portal.markDocument();
      const inquiry = await at(demo, `/payments/${intent}/disputes`, { opening: 'inquiry' });
      await stands(portal, 35, names.disputed);
      await at(demo, `/disputes/${inquiry.id}/escalation`);
      await stands(portal, 25, names.disputed);
      await at(demo, `/disputes/${inquiry.id}/closing`, { ending: 'won' });
      await stands(portal, 35, names.success);
      await portal.page.getByText(DECIDED[names.locale]).waitFor();
      await portal.sameDocument();
    });
  }
}

storyOnPhones('a dispute that is lost stays taken back, and stands in the statement', async ({ demo, portal, page }) => {
  const { names } = portal;
  const intent = await paid({ demo, portal });
  const lost = await at(demo, `/payments/${intent}/disputes`);
  await stands(portal, 25, names.disputed);
  await at(demo, `/disputes/${lost.id}/closing`, { ending: 'lost' });
  await page.getByText(LOST[names.locale].reason).waitFor();
  await stands(portal, 25, names.disputed);
  await portal.open(names.statement);
  await page.getByText(LOST[names.locale].movement).first().waitFor();
});
