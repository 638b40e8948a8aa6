//! A line that authenticates otherwise: what is known by the new login at once, and what began under the one of before.

use radius::{AccountingStatus, AttributeType as A};
use saldo::audit::Author;
use saldo::lines::{self, NewLine};
use store::tables::lines::AtZero;

use crate::provider::{ALLOWANCE, LOGIN, Provider};
use crate::reports::Peer;

const MB: u32 = 1_000_000;

/// A report of the session with this name.
fn named(
    peer: &Peer,
    identifier: u8,
    status: AccountingStatus,
    login: &str,
    id: &str,
    used: u32,
    lasted: u32,
) -> Vec<u8> {
    let status = status.number().to_be_bytes();
    let (used, lasted) = (used.to_be_bytes(), lasted.to_be_bytes());
    peer.request(
        identifier,
        &[
            (A::ACCT_STATUS_TYPE, &status),
            (A::NAS_IDENTIFIER, b"mao"),
            (A::USER_NAME, login.as_bytes()),
            (A::ACCT_SESSION_ID, id.as_bytes()),
            (A::ACCT_OUTPUT_OCTETS, &used),
            (A::ACCT_SESSION_TIME, &lasted),
        ],
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn what_began_under_the_login_of_before_is_counted_to_its_end_and_what_begins_is_who_has_it_now() {
    let provider = Provider::open(AtZero::Slow).await;
    let app = &provider.house.running.app;
    let peer = Peer::new(&provider, crate::provider::SECRET).await;
    let (start, interim, stop) =
        (AccountingStatus::Start, AccountingStatus::InterimUpdate, AccountingStatus::Stop);
    peer.ask(&named(&peer, 1, start, LOGIN, "old", 0, 0)).await.expect("an answer");
    peer.ask(&named(&peer, 2, interim, LOGIN, "old", 10 * MB, 60)).await.expect("an answer");
    assert_eq!(provider.posted(), ALLOWANCE - 10_000_000);

    // João gets another login, and another line of his the one of before. Sessions have no second of their own yet: one passes.
    provider.seen().await;
    provider.house.advance(2).await;
    let author = Author::operator;
    let line = provider.line.id;
    lines::set_access_login(app, author(), line, Some("joao.novo".to_owned())).await.expect("it is changed");
    assert!(
        peer.ask(&named(&peer, 3, start, "joao.novo", "new", 0, 0)).await.is_some(),
        "it is known at once"
    );
    provider.house.advance(2).await;
    assert!(
        peer.ask(&named(&peer, 4, start, LOGIN, "nobodys", 0, 0)).await.is_none(),
        "the one of before is nobody's"
    );
    let new = NewLine {
        customer: provider.line.customer,
        plan_no: 1,
        anchor_day: 1,
        access_login: Some(LOGIN.to_owned()),
    };
    let second = lines::open(app, author(), new).await.expect("a line");
    assert_eq!(
        lines::set_access_login(app, author(), line, Some(LOGIN.to_owned())).await.expect_err("taken").code,
        "already_exists"
    );
    let left = |wallet| app.ledger.wallet(wallet).expect("a wallet").balance.posted;

    // The old session goes on, and ends; one of which nothing was heard yet is told by when it began.
    peer.ask(&named(&peer, 5, interim, LOGIN, "old", 30 * MB, 64)).await.expect("an answer");
    assert_eq!((provider.posted(), left(second.wallet)), (ALLOWANCE - 30_000_000, ALLOWANCE));
    peer.ask(&named(&peer, 6, stop, LOGIN, "old", 40 * MB, 70)).await.expect("an answer");
    peer.ask(&named(&peer, 7, interim, LOGIN, "unheard", 5 * MB, 3_600)).await.expect("an answer");
    assert_eq!((provider.posted(), left(second.wallet)), (ALLOWANCE - 45_000_000, ALLOWANCE));

    // What begins now under it is the second line's, also under a name that was used before.
    // A name is used again a while later, not in the second in which its session ended.
    provider.house.advance(2).await;
    for (identifier, id) in [(8, "next"), (10, "old")] {
        peer.ask(&named(&peer, identifier, start, LOGIN, id, 0, 0))
            .await
            .unwrap_or_else(|| panic!("{id}: no answer"));
        peer.ask(&named(&peer, identifier + 1, interim, LOGIN, id, 7 * MB, 1)).await.expect("an answer");
    }
    assert_eq!((provider.posted(), left(second.wallet)), (ALLOWANCE - 45_000_000, ALLOWANCE - 14_000_000));
}
