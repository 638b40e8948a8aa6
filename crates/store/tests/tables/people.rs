//! Who signs in: logins, staff, links that work once, sessions that end.

use crate::{NOW, on_both, read, with_customer_and_wallet, write};
use money::{CustomerId, LoginId, StaffId, Timestamp};
use store::Hidden;
use store::tables::logins::{Link, LinkPurpose, Login};
use store::tables::sessions::{Session, SessionOwner};
use store::tables::staff::{Staff, StaffRole};

#[test]
fn logins_links_and_staff() {
    on_both(|tables| {
        with_customer_and_wallet(tables);
        let mut login = Login {
            id: LoginId::from_u128(1),
            customer: CustomerId::from_u128(1),
            email: "ana@example.com".to_owned(),
            password_hash: None,
            created_at: NOW,
            last_sign_in_at: None,
        };
        write(tables, |tx| tx.insert_login(&login));
        let same_address =
            Login { id: LoginId::from_u128(2), email: "ANA@example.com".to_owned(), ..login.clone() };
        let refused = tables.write(|tx| tx.insert_login(&same_address));
        assert!(refused.unwrap_err().is_conflict_over("logins.email"));
        login.password_hash = Some(Hidden("$argon2id$".to_owned()));
        login.last_sign_in_at = Some(NOW);
        write(tables, |tx| {
            tx.set_login_password(login.id, &Hidden("$argon2id$".to_owned()))?;
            tx.set_last_sign_in(login.id, NOW)
        });
        assert_eq!(read(tables, |r| r.login(login.id)), Some(login.clone()));
        assert_eq!(read(tables, |r| r.login_by_email("Ana@Example.com")), Some(login.clone()));
        assert_eq!(read(tables, |r| r.logins_of(login.customer, None, 10)).rows, [login.clone()]);
        assert!(!format!("{login:?}").contains("argon2id"));

        let staff = Staff {
            id: StaffId::from_u128(1),
            email: "op@example.com".to_owned(),
            name: "Op".to_owned(),
            password_hash: Hidden("$a".to_owned()),
            role: StaffRole::Admin,
            created_at: NOW,
            disabled_at: None,
        };
        write(tables, |tx| tx.insert_staff(&staff));
        write(tables, |tx| tx.set_staff_password(staff.id, &Hidden("$b".to_owned())));
        let staff = Staff { password_hash: Hidden("$b".to_owned()), ..staff };
        assert_eq!(read(tables, |r| r.staff(staff.id)), Some(staff.clone()));
        assert_eq!(read(tables, |r| r.staff_by_email("OP@example.com")), Some(staff));
    });
}

#[test]
fn a_link_works_once_and_in_time() {
    on_both(|tables| {
        with_customer_and_wallet(tables);
        let login = LoginId::from_u128(1);
        let link = |n: u8| Link {
            token_hash: Hidden([n; 32]),
            login,
            purpose: LinkPurpose::Reset,
            created_at: NOW,
            expires_at: NOW.plus(Timestamp::HOUR),
            used_at: None,
        };
        write(tables, |tx| {
            tx.insert_login(&Login {
                id: login,
                customer: CustomerId::from_u128(1),
                email: "a@b".to_owned(),
                password_hash: None,
                created_at: NOW,
                last_sign_in_at: None,
            })?;
            (1..=3).try_for_each(|n| tx.insert_link(&link(n)))
        });
        let used = Link { used_at: Some(NOW), ..link(1) };
        assert_eq!(write(tables, |tx| tx.use_link(&Hidden([1; 32]), NOW)), Some(used.clone()));
        assert_eq!(write(tables, |tx| tx.use_link(&Hidden([1; 32]), NOW)), None);
        assert_eq!(write(tables, |tx| tx.use_link(&Hidden([2; 32]), NOW.plus(Timestamp::HOUR))), None);
        assert_eq!(write(tables, |tx| tx.use_link(&Hidden([9; 32]), NOW)), None);
        assert_eq!(write(tables, |tx| tx.delete_links_of(login)), 2);
        assert_eq!(read(tables, |r| r.link(&Hidden([1; 32]))), Some(used));
        assert_eq!(write(tables, |tx| tx.delete_links_before(NOW.plus(Timestamp::DAY))), 1);
    });
}

#[test]
fn sessions_end() {
    on_both(|tables| {
        with_customer_and_wallet(tables);
        let (login, staff) = (LoginId::from_u128(1), StaffId::from_u128(1));
        write(tables, |tx| {
            tx.insert_login(&Login {
                id: login,
                customer: CustomerId::from_u128(1),
                email: "a@b".to_owned(),
                password_hash: None,
                created_at: NOW,
                last_sign_in_at: None,
            })?;
            tx.insert_staff(&Staff {
                id: staff,
                email: "s@b".to_owned(),
                name: "S".to_owned(),
                password_hash: Hidden("$".to_owned()),
                role: StaffRole::ReadOnly,
                created_at: NOW,
                disabled_at: None,
            })
        });
        let session = |n: u8, owner| Session {
            token_hash: Hidden([n; 32]),
            owner,
            csrf: Hidden("form secret".to_owned()),
            created_at: NOW,
            last_seen_at: NOW,
            expires_at: NOW.plus(Timestamp::HOUR),
            user_agent: "Firefox".to_owned(),
            ip: "::1".to_owned(),
        };
        let (ours, theirs) = (session(1, SessionOwner::Login(login)), session(2, SessionOwner::Staff(staff)));
        write(tables, |tx| {
            tx.insert_session(&ours)?;
            tx.insert_session(&theirs)?;
            tx.insert_session(&session(3, SessionOwner::Login(login)))
        });
        assert_eq!(read(tables, |r| r.session(&ours.token_hash, NOW)), Some(ours.clone()));
        assert_eq!(read(tables, |r| r.session(&theirs.token_hash, NOW)), Some(theirs.clone()));
        assert_eq!(read(tables, |r| r.session(&ours.token_hash, ours.expires_at)), None);
        let later = NOW.plus(Timestamp::DAY);
        assert!(write(tables, |tx| tx.touch_session(&ours.token_hash, NOW, later)));
        assert!(read(tables, |r| r.session(&ours.token_hash, ours.expires_at)).is_some());
        assert_eq!(write(tables, |tx| tx.delete_ended_sessions(ours.expires_at)), 2);
        assert_eq!(write(tables, |tx| tx.delete_sessions_of(SessionOwner::Staff(staff))), 0);
        assert_eq!(write(tables, |tx| tx.delete_sessions_of(SessionOwner::Login(login))), 1);
        assert!(!write(tables, |tx| tx.delete_session(&ours.token_hash)));
    });
}
