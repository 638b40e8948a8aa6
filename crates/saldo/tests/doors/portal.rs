//! The portal: each route by nobody, by the customer, by another customer, and by staff who view it as the customer.

use std::collections::BTreeMap;

use super::browser::PASSWORD;
use super::callers::{Caller, People, Standing, stand};
use super::house::{Answer, House};
use super::shop::Shop;
use super::table::{LIVE, PORTAL, Says};

/// Pages of who has a line.
const OF_LINES: [&str; 6] = ["buy-credit", "purchases", "consumption", "invoices", "boletos", "lines"];

type Fields<'s> = Vec<(&'s str, &'s str)>;

impl Shop {
    fn people(&self, template: &str) -> People {
        let first = template.split('/').nth(1).unwrap_or_default();
        if OF_LINES.contains(&first) { self.with_line } else { self.with_credit }
    }

    /// The address of the owner's own thing.
    fn path(&self, template: &str) -> String {
        let named = |name: &str| template.replace("{id}", name);
        match template {
            "/assets/{name}" => template.replace("{name}", &self.sheet),
            "/recharge/return" => format!("{template}?session_id={}", self.session),
            "/recharge/cancelled" => format!("{template}?topup={}", self.open),
            "/topups/{id}/result" => named(&self.paid),
            "/topups/{id}/cancellation" => named(&self.open),
            "/receipts/{payment}" | "/receipts/{payment}/pdf" => template.replace("{payment}", &self.payment),
            "/purchases/{id}/checkout" | "/purchases/{id}/cancellation" => named(&self.purchase),
            "/boletos/{id}/pdf" | "/boletos/{id}/pix" => named(&self.boleto),
            "/invoices/{id}/pdf" => named(&self.invoice),
            "/lines/{id}/trust" => named(&self.line),
            "/saved-cards/{id}/removal" => named(&self.card),
            "/api-keys/{id}/revocation" => named(&self.key),
            _ => {
                assert!(!template.contains('{'), "say in this file what stands in {template}");
                template.to_owned()
            }
        }
    }

    /// What a form of the owner's sends.
    fn fields(&self, template: &str) -> Fields<'_> {
        match template {
            "/sign-in" => vec![("login", "ana@example.com"), ("password", PASSWORD)],
            "/sign-up" => {
                vec![("name", "Nina"), ("email", "nina@example.com"), ("password", PASSWORD), ("terms", "1")]
            }
            "/forgotten-password" => vec![("login", "ana@example.com")],
            "/first-access" => vec![
                ("document", "52998224725"),
                ("code", "12345678"),
                ("password", PASSWORD),
                ("password_again", PASSWORD),
            ],
            "/set-password" | "/sign-up/confirmation" => {
                vec![("token", "nothing"), ("password", PASSWORD), ("password_again", PASSWORD)]
            }
            "/language" => vec![("language", "en"), ("return_to", "/billing")],
            "/topups" => vec![("suggested", "10.00")],
            "/mail-wishes" => vec![("low", "1"), ("amount", "5.00")],
            "/buy-credit" => self.order.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect(),
            "/automatic-topup" => vec![
                ("card", &self.automatic_card),
                ("threshold", "10.00"),
                ("amount", "20.00"),
                ("day_money", "60.00"),
                ("day_count", "3"),
                ("month_money", "200.00"),
                ("month_count", "9"),
                ("agree", "1"),
            ],
            "/api-keys" => vec![("name", "Another")],
            _ => Vec::new(),
        }
    }

    fn house(&self) -> &House {
        &self.provider.house
    }

    async fn call(&self, caller: Caller, (method, template): (&str, &str)) -> Answer {
        let Standing { mut browser, csrf } = stand(self.house(), self.people(template), caller).await;
        let path = self.path(template);
        if method == "GET" {
            return browser.get(&path).await;
        }
        let mut fields = vec![("csrf", csrf.as_str())];
        fields.extend(self.fields(template));
        browser.post(&path, &fields).await
    }

    /// What would differ if somebody had changed anything of the owners'.
    async fn state(&self) -> String {
        let app = &self.house().running.app;
        let owners = [self.with_credit.owner, self.with_line.owner];
        let look = move |reader: &store::Reader<'_>| {
            let log = reader.audit(None, 1)?.rows.first().map_or(0, |row| row.audit_no);
            let mut all = format!("{log}");
            for owner in owners {
                let topups: Vec<_> =
                    reader.topups_of(owner, None, 50)?.rows.iter().map(|it| (it.id, it.state)).collect();
                let keys = reader.api_keys_of(Some(owner), None, 50)?.rows.len();
                let customer = reader.customer(owner)?.map(|it| (it.locale, it.email));
                all += &format!(" {topups:?} {keys} {customer:?}");
                for wallet in reader.wallets_of(owner, None, 50)?.rows {
                    all += &format!(" {:?}", reader.automatic_topup(wallet.id)?);
                }
            }
            Ok(all)
        };
        format!("{:?} {}", self.house().seen(), app.read(look).await.expect("a look"))
    }
}

fn is_so(answer: &Answer, says: Says) -> bool {
    let to = answer.header("location").unwrap_or_default();
    let is_sign_in = to == "/sign-in" || to.starts_with("/sign-in?");
    match says {
        Says::SignIn | Says::Out => answer.status.as_u16() == 303 && is_sign_in,
        Says::Is(status) => answer.status.as_u16() == status && !is_sign_in,
    }
}

/// Calls the doors that are chosen, one after the other; what was answered otherwise than the table says.
async fn walk(shop: &Shop, caller: (Caller, usize), chosen: impl Fn(&str, Says) -> bool) -> Vec<String> {
    let mut otherwise = Vec::new();
    for (method, template, says) in &PORTAL {
        let says = says[caller.1];
        if !chosen(method, says) {
            continue;
        }
        let answer = shop.call(caller.0, (method, template)).await;
        if !is_so(&answer, says) {
            let to = answer.header("location").unwrap_or_default();
            otherwise
                .push(format!("{:?} {method} {template}: {} {to}, not {says:?}", caller.0, answer.status));
        }
    }
    otherwise
}

/// Whether the table lets nobody in here.
fn refuses(says: Says) -> bool {
    match says {
        Says::SignIn => true,
        Says::Out => false,
        Says::Is(status) => status >= 400,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_portal_says_to_each_what_its_table_says() {
    let shop = Shop::open().await;
    shop.house().until(|reader| reader.open_intents(None, 1), |page| page.rows.is_empty()).await;
    let before = shop.state().await;
    let mut otherwise = Vec::new();
    for caller in Caller::ALL.into_iter().filter(|(caller, _)| *caller != Caller::Owner) {
        // A view looks at all that the customer sees, and changes as little as who is turned away.
        let looks = |method: &str, says| refuses(says) || (caller.0 == Caller::View && method == "GET");
        otherwise.extend(walk(&shop, caller, looks).await);
        assert_eq!(shop.state().await, before, "{:?} changed something", caller.0);
    }
    for caller in Caller::ALL {
        let others = |method: &str, says| match caller.0 {
            Caller::Owner => true,
            Caller::View => method != "GET" && !refuses(says),
            Caller::Nobody | Caller::Other => !refuses(says),
        };
        otherwise.extend(walk(&shop, caller, others).await);
    }
    assert!(otherwise.is_empty(), "{otherwise:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_page_listens_to_tells_each_of_his_own_and_nobody_of_anything() {
    let shop = Shop::open().await;
    let mut heard = BTreeMap::new();
    for (caller, _) in Caller::ALL {
        let standing = stand(shop.house(), shop.with_credit, caller).await;
        let url = format!("{}?show=balance", LIVE.1);
        let mut answer = standing.browser.request(reqwest::Method::GET, &url).send().await.expect("a stream");
        assert_eq!(answer.status().as_u16(), 200);
        let mut text = String::new();
        // A stream goes on: it is read until the part that was asked for is there, or it is over.
        while !text.contains("event: balance") || !text.contains("</") {
            let Some(bytes) = answer.chunk().await.expect("a stream that goes on") else { break };
            text += &String::from_utf8_lossy(&bytes);
        }
        heard.insert(format!("{caller:?}"), text);
    }
    assert!(!heard["Nobody"].contains("event: balance"), "{}", heard["Nobody"]);
    assert!(heard["Owner"].contains("$35.00") && heard["View"].contains("$35.00"), "{heard:?}");
    assert!(heard["Other"].contains("$25.00") && !heard["Other"].contains("$35.00"), "{}", heard["Other"]);
}
