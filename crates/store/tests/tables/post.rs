//! What comes in and goes out: events of the provider, notices, mails; and the audit log.

use crate::{NOW, on_both, read, write};
use money::{CustomerId, DeliveryId, EndpointId, MailId, MessageId, Timestamp};
use store::tables::audit::AuditRow;
use store::tables::endpoints::{Delivery, DeliveryState, Endpoint, EndpointState, Message};
use store::tables::inbox::InboxState;
use store::tables::outbox::{Mail, Notice, NoticeId};
use store::{Hidden, StoreError};

#[test]
fn an_event_is_received_once_and_worked_on_until_it_is_settled() {
    on_both(|tables| {
        let receive = |id: &str, body: &[u8], at| {
            write(tables, |tx| tx.receive("stripe", id, "charge.failed", Some("v"), body, at))
        };
        assert!(receive("evt_1", b"first", NOW));
        assert!(!receive("evt_1", b"second", NOW.plus(9)));
        assert!(receive("evt_2", b"", NOW.plus(1)));

        let lease = NOW.plus(Timestamp::MINUTE);
        // Each provider's events are taken by themselves.
        assert!(write(tables, |tx| tx.receive("pix", "evt_1", "pix", None, b"", NOW)));
        let of_pix = write(tables, |tx| tx.claim_inbox("pix", NOW.plus(5), lease, 10));
        assert_eq!((of_pix.len(), of_pix[0].kind.as_str(), of_pix[0].attempts), (1, "pix", 1));
        write(tables, |tx| tx.inbox_processed("pix", "evt_1"));
        let claim = |now, lease| write(tables, |tx| tx.claim_inbox("stripe", now, lease, 10));
        let claimed = claim(NOW.plus(5), lease);
        assert_eq!(
            claimed.iter().map(|e| (e.event_id.as_str(), e.attempts)).collect::<Vec<_>>(),
            [("evt_1", 1), ("evt_2", 1)]
        );
        assert_eq!(claimed[0].body, b"first");
        // Nobody else gets them before the lease ends; then, if they were not settled, somebody does.
        assert_eq!(claim(NOW.plus(6), lease), []);
        write(tables, |tx| tx.inbox_processed("stripe", "evt_1"));
        let again = claim(lease, lease.plus(9));
        assert_eq!(
            again.iter().map(|e| (e.event_id.as_str(), e.attempts)).collect::<Vec<_>>(),
            [("evt_2", 2)]
        );

        write(tables, |tx| tx.inbox_retry("stripe", "evt_2", lease.plus(20), "no answer"));
        assert_eq!(claim(lease.plus(19), lease), []);
        assert_eq!(claim(lease.plus(20), lease.plus(30))[0].last_error.as_deref(), Some("no answer"));
        write(tables, |tx| tx.inbox_failed("stripe", "evt_2", "too often"));
        assert_eq!(claim(Timestamp::MAX, Timestamp::MAX), []);
        let failed = read(tables, |r| r.inbox(InboxState::Failed, None, 10));
        assert_eq!(failed.rows[0].last_error.as_deref(), Some("too often"));
        assert_eq!(read(tables, |r| r.inbox_count(InboxState::Failed)), 1);
        // A person tries it once more.
        write(tables, |tx| tx.inbox_retry("stripe", "evt_2", NOW, "asked again"));
        assert_eq!(claim(NOW, lease).len(), 1);
        write(tables, |tx| tx.inbox_ignored("stripe", "evt_2", "not ours"));
        let unknown = tables.write(|tx| tx.inbox_processed("stripe", "evt_9"));
        assert!(matches!(unknown, Err(StoreError::Missing { .. })));
        let cursor = read(tables, |r| r.inbox(InboxState::Ignored, None, 1)).next;
        assert_eq!(cursor, None);
    });
}

#[test]
fn notices_and_mails_go_out_until_they_have_arrived() {
    on_both(|tables| {
        let id = NoticeId { position: 5, ordinal: 1, kind: "balance.low".to_owned() };
        let notice = Notice {
            id: id.clone(),
            customer: Some(CustomerId::from_u128(1)),
            wallet: None,
            payload: "{}".to_owned(),
            created_at: NOW,
            delivered_at: None,
            attempts: 0,
            next_attempt_at: Some(NOW),
            last_error: None,
        };
        assert!(!read(tables, |r| r.notice_exists(&id)));
        assert!(write(tables, |tx| tx.insert_notice(&notice)));
        assert!(read(tables, |r| r.notice_exists(&id)));
        assert!(!write(tables, |tx| tx.insert_notice(&notice)));
        let claim = |now, lease| write(tables, |tx| tx.claim_notices("purchased", now, lease, 10));
        assert_eq!(claim(NOW, NOW.plus(10))[0].attempts, 1);
        assert_eq!(claim(NOW.plus(9), NOW.plus(20)), []);
        write(tables, |tx| tx.notice_retry(&id, Some(NOW.plus(15)), "503"));
        assert_eq!(claim(NOW.plus(15), NOW.plus(30))[0].last_error.as_deref(), Some("503"));
        write(tables, |tx| tx.notice_delivered(&id, NOW));
        assert!(!write(tables, |tx| tx.insert_notice(&notice)));
        assert_eq!(claim(Timestamp::MAX, Timestamp::MAX), []);
        let listed = read(tables, |r| r.notices(None, 5)).rows;
        assert_eq!((listed.len(), listed[0].delivered_at), (1, Some(NOW)));
        assert_eq!(read(tables, |r| r.notices(Some(&id), 5)).rows, []);

        let mail = |n| Mail {
            id: MailId::from_u128(n),
            kind: "invitation".to_owned(),
            recipient: "a@b".to_owned(),
            subject: "Olá".to_owned(),
            body: "…".to_owned(),
            locale: "pt-BR".to_owned(),
            created_at: NOW,
            sent_at: None,
            attempts: 0,
            next_attempt_at: Some(NOW),
            last_error: None,
            customer: (n == 1).then(|| CustomerId::from_u128(9)),
        };
        write(tables, |tx| (1..=2).try_for_each(|n| tx.insert_mail(&mail(n))));
        // His are found by him; what went to an address that was nobody's, by that.
        let later = NOW.plus(1);
        assert_eq!(read(tables, |r| r.mails_of(CustomerId::from_u128(9), later, 5)), [mail(1)]);
        assert_eq!(read(tables, |r| r.mails_of(CustomerId::from_u128(8), later, 5)), []);
        assert_eq!(read(tables, |r| r.mails_of(CustomerId::from_u128(9), NOW, 5)), []);
        assert_eq!(read(tables, |r| r.mails_to_nobody("a@b", later, 5)), [mail(2)]);
        assert_eq!(read(tables, |r| r.mails_to_nobody("b@c", later, 5)), []);
        let claimed = write(tables, |tx| tx.claim_mails(&[], NOW, NOW.plus(10), 10));
        assert_eq!(claimed.len(), 2);
        write(tables, |tx| {
            tx.mail_sent(mail(1).id, NOW)?;
            tx.mail_retry(mail(2).id, None, "no such mailbox")
        });
        let refused = || write(tables, |tx| tx.mail_refused(mail(2).id));
        assert_eq!((refused(), refused()), (1, 2), "the try that was put off is none of them");
        assert!(matches!(tables.write(|tx| tx.mail_refused(mail(3).id)), Err(StoreError::Missing { .. })));
        assert_eq!(write(tables, |tx| tx.claim_mails(&[], Timestamp::MAX, Timestamp::MAX, 10)), []);
        assert_eq!(read(tables, |r| r.mail(mail(1).id)).unwrap().sent_at, Some(NOW));
        let listed = read(tables, |r| r.mails(None, 5)).rows;
        assert_eq!(listed[0].last_error.as_deref(), Some("no such mailbox"));
    });
}

#[test]
fn what_was_taken_by_somebody_who_died_is_due_at_once() {
    on_both(|tables| {
        let lease = NOW.plus(Timestamp::HOUR);
        write(tables, |tx| {
            for id in ["done", "put off", "taken"] {
                tx.receive("pix", id, "pix", None, b"", NOW)?;
            }
            tx.claim_inbox("pix", NOW, lease, 10)?;
            tx.inbox_retry("pix", "put off", lease, "no answer")?;
            tx.inbox_processed("pix", "done")
        });
        let due = |at| write(tables, |tx| tx.claim_inbox("pix", at, lease, 10));
        let names = |events: Vec<store::tables::inbox::InboxEvent>| {
            events.into_iter().map(|event| (event.event_id, event.attempts)).collect::<Vec<_>>()
        };
        let later = NOW.plus(Timestamp::SECOND);
        assert_eq!(names(due(later)), []);
        assert_eq!(write(tables, |tx| tx.release_inbox(later)), 2);
        assert_eq!(names(due(later)), [("put off".to_owned(), 2), ("taken".to_owned(), 2)]);
        assert_eq!(write(tables, |tx| tx.release_inbox(lease)), 0, "nothing waits for later than that");

        let notice = |position| Notice {
            id: NoticeId { position, ordinal: 0, kind: "purchased".to_owned() },
            customer: None,
            wallet: None,
            payload: "{}".to_owned(),
            created_at: NOW,
            delivered_at: None,
            attempts: 0,
            next_attempt_at: Some(NOW),
            last_error: None,
        };
        let mail = |n| Mail {
            id: MailId::from_u128(n),
            kind: "invitation".to_owned(),
            recipient: "a@b".to_owned(),
            subject: "Olá".to_owned(),
            body: "…".to_owned(),
            locale: "pt-BR".to_owned(),
            created_at: NOW,
            sent_at: None,
            attempts: 0,
            next_attempt_at: Some(NOW),
            last_error: None,
            customer: (n == 1).then(|| CustomerId::from_u128(9)),
        };
        write(tables, |tx| {
            (1..=3).try_for_each(|position| tx.insert_notice(&notice(position)).map(drop))?;
            (1..=3).try_for_each(|n| tx.insert_mail(&mail(n)))?;
            tx.claim_notices("purchased", NOW, lease, 10)?;
            tx.claim_mails(&[], NOW, lease, 10)?;
            tx.notice_delivered(&notice(1).id, NOW)?;
            tx.notice_retry(&notice(2).id, None, "never again")?;
            tx.mail_sent(mail(1).id, NOW)?;
            tx.mail_retry(mail(2).id, None, "never again")
        });
        assert_eq!(write(tables, |tx| tx.claim_notices("purchased", later, lease, 10)), []);
        assert_eq!(write(tables, |tx| tx.release_notices(later)), 1);
        assert_eq!(write(tables, |tx| tx.claim_notices("purchased", later, lease, 10))[0].id, notice(3).id);
        assert_eq!(write(tables, |tx| tx.claim_mails(&[], later, lease, 10)), []);
        assert_eq!(write(tables, |tx| tx.release_mails(later)), 1);
        assert_eq!(write(tables, |tx| tx.claim_mails(&[], later, lease, 10))[0].id, mail(3).id);
    });
}

#[test]
fn notices_of_one_kind_go_out_before_the_others() {
    on_both(|tables| {
        let notice = |position, kind: &str, due| Notice {
            id: NoticeId { position, ordinal: 0, kind: kind.to_owned() },
            customer: None,
            wallet: None,
            payload: "{}".to_owned(),
            created_at: NOW,
            delivered_at: None,
            attempts: 0,
            next_attempt_at: Some(due),
            last_error: None,
        };
        let (later, lease) = (NOW.plus(Timestamp::SECOND), NOW.plus(Timestamp::HOUR));
        write(tables, |tx| {
            (1..=3).try_for_each(|no| tx.insert_notice(&notice(no, "invoice_made", NOW)).map(drop))?;
            tx.insert_notice(&notice(5, "purchased", later)).map(drop)?;
            tx.insert_notice(&notice(4, "purchased", later)).map(drop)
        });
        let claim = |limit| {
            let claimed = write(tables, |tx| tx.claim_notices("purchased", later, lease, limit));
            claimed.into_iter().map(|notice| notice.id.position).collect::<Vec<_>>()
        };
        assert_eq!(claim(1), [4]);
        assert_eq!(claim(3), [5, 1, 2]);
        assert_eq!(claim(3), [3]);
    });
}

#[test]
fn mails_that_somebody_waits_for_go_out_before_the_others() {
    on_both(|tables| {
        let mail = |n, kind: &str, due| Mail {
            id: MailId::from_u128(n),
            kind: kind.to_owned(),
            recipient: "a@b".to_owned(),
            subject: "Olá".to_owned(),
            body: "…".to_owned(),
            locale: "pt-BR".to_owned(),
            created_at: NOW,
            sent_at: None,
            attempts: 0,
            next_attempt_at: Some(due),
            last_error: None,
            customer: None,
        };
        let (later, lease) = (NOW.plus(Timestamp::SECOND), NOW.plus(Timestamp::HOUR));
        write(tables, |tx| {
            (1..=3).try_for_each(|n| tx.insert_mail(&mail(n, "invoice_made", NOW)))?;
            tx.insert_mail(&mail(5, "password_reset", later))?;
            tx.insert_mail(&mail(4, "password_reset", later))?;
            tx.insert_mail(&mail(6, "sign_up", NOW))?;
            tx.insert_mail(&mail(7, "sign_up", lease))
        });
        let claim = |limit| {
            let first = ["password_reset", "sign_up"];
            let claimed = write(tables, |tx| tx.claim_mails(&first, later, lease, limit));
            claimed.iter().map(|mail| (mail.id.as_u128(), mail.attempts)).collect::<Vec<_>>()
        };
        assert_eq!(claim(1), [(4, 1)]);
        assert_eq!(claim(4), [(5, 1), (6, 1), (1, 1), (2, 1)]);
        assert_eq!(claim(4), [(3, 1)], "each once");
        assert_eq!(claim(4), []);
    });
}

#[test]
fn what_waits_for_nobody_is_dropped_with_the_rest_that_is_old() {
    on_both(|tables| {
        let endpoint = |n, state| Endpoint {
            id: EndpointId::from_u128(n),
            url: "https://example.com/".to_owned(),
            kinds: String::new(),
            description: String::new(),
            state,
            secret: Hidden("secret".to_owned()),
            previous_secret: None,
            previous_until: None,
            failing_since: None,
            created_at: NOW,
        };
        let message = |n| Message {
            message_no: 0,
            id: MessageId::from_u128(n),
            kind: "credit.added".to_owned(),
            body: "{}".to_owned(),
            created_at: NOW,
        };
        let delivery = |n, endpoint, next_attempt_at| Delivery {
            id: DeliveryId::from_u128(n),
            endpoint: EndpointId::from_u128(endpoint),
            message: MessageId::from_u128(n),
            state: DeliveryState::Waiting,
            tries: 0,
            next_attempt_at,
            created_at: NOW,
            delivered_at: None,
        };
        write(tables, |tx| {
            tx.insert_endpoint(&endpoint(1, EndpointState::Enabled))?;
            tx.insert_endpoint(&endpoint(2, EndpointState::Disabled))?;
            (1..=4).try_for_each(|n| tx.insert_message(&message(n)).map(drop))?;
            tx.insert_delivery(&delivery(1, 1, Some(NOW)))?;
            tx.insert_delivery(&delivery(2, 2, Some(NOW)))?;
            tx.insert_delivery(&delivery(3, 1, None))
        });
        let left = || {
            let rows = read(tables, |reader| reader.deliveries(None, None, 9)).rows;
            rows.iter().map(|row| row.id.as_u128()).collect::<Vec<_>>()
        };
        write(tables, |tx| tx.delete_messages_before(NOW));
        assert_eq!(left(), [3, 2, 1], "none is old");
        write(tables, |tx| tx.delete_messages_before(NOW.plus(1)));
        assert_eq!(left(), [1], "what an endpoint that is told is still to be told");
    });
}

#[test]
fn the_audit_log_grows() {
    on_both(|tables| {
        let row = |n| AuditRow {
            audit_no: n,
            at: NOW,
            actor: "stf_1".to_owned(),
            action: "api_key.revoke".to_owned(),
            object: "key_1".to_owned(),
            before: Some("{}".to_owned()),
            after: None,
            ip: Some("::1".to_owned()),
            request_id: Some("req".to_owned()),
            customer: Some(CustomerId::from_u128(1)),
        };
        for n in 1..=3 {
            assert_eq!(write(tables, |tx| tx.insert_audit(&row(0))), n);
        }
        let page = read(tables, |r| r.audit(None, 2));
        assert_eq!((page.rows, page.next), (vec![row(3), row(2)], Some(2)));
        assert_eq!(read(tables, |r| r.audit(page.next, 2)).rows, [row(1)]);
    });
}
