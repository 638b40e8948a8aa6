// What can be switched to go wrong with the sandbox: by the form in the strip on every page of the demo.

const FAULTS = { twice: 'Webhooks come twice', held: 'Nothing is confirmed: no webhooks, no answers', late: 'Webhooks come late' };

/** Switches on exactly the `wanted` faults (`twice`, `held`, `late`), all others off. `portal` is an English tab, signed in. */
export async function setFaults(portal, ...wanted) {
  const strip = portal.page.getByRole('complementary', { name: 'Sandbox', exact: true });
  const form = strip.getByRole('group', { name: 'What goes wrong with the payment provider', exact: true });
  if (!(await form.isVisible())) await strip.getByText(/^Faults/u).click();
  for (const [fault, name] of Object.entries(FAULTS)) {
    await form.getByRole('checkbox', { name, exact: true }).setChecked(wanted.includes(fault));
  }
  await strip.getByRole('button', { name: 'Apply', exact: true }).click();
  await form.waitFor({ state: 'hidden' }); // the page has come back with the form closed
}
