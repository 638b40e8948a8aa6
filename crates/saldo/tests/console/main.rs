//! The console: what staff see and write down, page by page.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod attacks;
mod bank;
mod boleto_page;
mod brand;
#[path = "../browser/mod.rs"]
mod browser;
mod by_hand;
mod customer_files;
mod doctor;
mod finance;
mod home;
mod home_lines;
#[path = "../house/mod.rs"]
mod house;
mod imports;
mod lines;
mod month_end;
mod needs;
mod offers;

mod people;
#[path = "../receiver/mod.rs"]
mod receiver;
mod refunds;
mod roles;
mod routers;
mod settings;
mod staff;
mod staff_passwords;
mod subscribers;
mod support;
mod uncounted;
mod webhooks;
mod zeros;

use browser::{Browser, PASSWORD};
use house::House;
use money::StaffId;
use saldo::{clock, ids, passwords};
use store::tables::staff::{Staff, StaffRole};

/// One more of staff, who signs in with [`PASSWORD`].
async fn insert_staff(house: &House, email: &str, role: StaffRole) -> StaffId {
    let id = StaffId::from_u128(ids::fresh());
    let staff = Staff {
        id,
        email: email.to_owned(),
        name: "Staff".to_owned(),
        password_hash: passwords::hash(PASSWORD).await.expect("a hash"),
        role,
        created_at: clock::now(),
        disabled_at: None,
    };
    house.running.app.write(move |tx| tx.insert_staff(&staff)).await.expect("staff");
    id
}

/// A browser in which a new member of staff has signed in.
async fn staff_in<'h>(house: &'h House, email: &str, role: StaffRole) -> Browser<'h> {
    insert_staff(house, email, role).await;
    let mut browser = Browser::new(house);
    let answer = browser.sign_in("/console/sign-in", email, PASSWORD).await;
    assert_eq!(answer.header("location"), Some("/console"));
    browser
}
