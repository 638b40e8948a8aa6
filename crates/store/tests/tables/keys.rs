//! API keys, and the first answers that are given again to them.

use crate::{NOW, on_both, read, with_customer_and_wallet, write};
use money::{ApiKeyId, CustomerId};
use store::Hidden;
use store::tables::answers::FirstAnswer;
use store::tables::keys::ApiKey;

#[test]
fn api_keys_and_first_answers() {
    on_both(|tables| {
        with_customer_and_wallet(tables);
        let key = |n: u8, customer| ApiKey {
            id: ApiKeyId::from_u128(u128::from(n)),
            customer,
            name: "CI".to_owned(),
            scopes: "guard events.write".to_owned(),
            secret_hash: Hidden([n; 32]),
            last_four: "wxyz".to_owned(),
            created_at: NOW,
            last_used_at: None,
            revoked_at: None,
        };
        let (own, theirs) = (key(1, None), key(2, Some(CustomerId::from_u128(1))));
        write(tables, |tx| {
            tx.insert_api_key(&own)?;
            tx.insert_api_key(&theirs)
        });
        assert_eq!(read(tables, |r| r.api_keys_of(None, None, 5)).rows, std::slice::from_ref(&own));
        assert_eq!(
            read(tables, |r| r.api_keys_of(theirs.customer, None, 5)).rows,
            std::slice::from_ref(&theirs)
        );
        let used = NOW.plus(1);
        write(tables, |tx| tx.touch_api_key(own.id, used));
        assert!(write(tables, |tx| tx.revoke_api_key(own.id, NOW)));
        assert!(!write(tables, |tx| tx.revoke_api_key(own.id, used)));
        let revoked = ApiKey { revoked_at: Some(NOW), last_used_at: Some(used), ..own.clone() };
        assert_eq!(read(tables, |r| r.api_key(own.id)), Some(revoked.clone()));
        assert_eq!(read(tables, |r| r.api_key_by_secret(&own.secret_hash)), Some(revoked));

        let answer = FirstAnswer {
            api_key: own.id,
            request_key: "k1".to_owned(),
            request_hash: [7; 32],
            status: 201,
            body: b"{}".to_vec(),
            created_at: NOW,
        };
        write(tables, |tx| tx.insert_first_answer(&answer));
        assert_eq!(read(tables, |r| r.first_answer(own.id, "k1")), Some(answer.clone()));
        let again = tables.write(|tx| tx.insert_first_answer(&answer)).unwrap_err();
        assert!(again.is_conflict_over("answers.api_key, answers.request_key"), "{again}");
        assert_eq!(write(tables, |tx| tx.delete_answers_before(used)), 1);
    });
}
