//! Who stands before a door of the portal.

use money::{CustomerId, LoginId, StaffId, Timestamp};
use saldo::{clock, ids};
use sha2::{Digest as _, Sha256};
use store::Hidden;
use store::tables::sessions::{Session, SessionOwner};
use store::tables::staff::PortalView;

use super::browser::{Browser, token_of};
use super::house::House;

/// In the order in which the tables list what each is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    Nobody,
    Owner,
    Other,
    View,
}

impl Caller {
    /// Whoever may change nothing stands first, so that what is there is still there for the owner.
    pub(crate) const ALL: [(Caller, usize); 4] =
        [(Caller::Nobody, 0), (Caller::Other, 2), (Caller::View, 3), (Caller::Owner, 1)];
}

/// Whose things are asked for, and who else is about.
#[derive(Clone, Copy)]
pub(crate) struct People {
    pub(crate) owner: CustomerId,
    pub(crate) owner_login: LoginId,
    pub(crate) other_login: LoginId,
    pub(crate) staff: StaffId,
}

/// A browser with the token that its forms carry.
pub(crate) struct Standing<'h> {
    pub(crate) browser: Browser<'h>,
    pub(crate) csrf: String,
}

/// A new browser in which this caller has just signed in: what one call ends is there again for the next.
pub(crate) async fn stand(house: &House, people: People, caller: Caller) -> Standing<'_> {
    let mut browser = Browser::new(house);
    let csrf = match caller {
        Caller::Nobody => token_of(&browser.get("/sign-in").await.text),
        Caller::Owner => session(house, &mut browser, SessionOwner::Login(people.owner_login)).await,
        Caller::Other => session(house, &mut browser, SessionOwner::Login(people.other_login)).await,
        Caller::View => {
            session(house, &mut browser, SessionOwner::Staff(people.staff)).await;
            view(house, &mut browser, people).await
        }
    };
    Standing { browser, csrf }
}

fn hash(secret: &str) -> Hidden<[u8; 32]> {
    Hidden(Sha256::digest(secret.as_bytes()).into())
}

/// Signs in without a password: a hash takes its time, and the doors are many. The token of the session's forms.
async fn session(house: &House, browser: &mut Browser<'_>, owner: SessionOwner) -> String {
    let (secret, csrf, now) = (ids::secret_text(32), ids::secret_text(32), clock::now());
    let row = Session {
        token_hash: hash(&secret),
        owner,
        csrf: Hidden(csrf.clone()),
        created_at: now,
        last_seen_at: now,
        expires_at: now.plus(Timestamp::HOUR),
        user_agent: String::new(),
        ip: String::new(),
    };
    house.running.app.write(move |tx| tx.insert_session(&row)).await.expect("a session");
    let name = if matches!(owner, SessionOwner::Staff(_)) { "saldo-staff" } else { "saldo-session" };
    browser.hold(name, &secret);
    csrf
}

async fn view(house: &House, browser: &mut Browser<'_>, people: People) -> String {
    let (secret, csrf, now) = (ids::secret_text(32), ids::secret_text(32), clock::now());
    let row = PortalView {
        token_hash: hash(&secret),
        staff: people.staff,
        customer: people.owner,
        csrf: Hidden(csrf.clone()),
        created_at: now,
        expires_at: now.plus(Timestamp::HOUR),
    };
    house.running.app.write(move |tx| tx.insert_portal_view(&row)).await.expect("a view");
    browser.hold("saldo-view", &secret);
    csrf
}
