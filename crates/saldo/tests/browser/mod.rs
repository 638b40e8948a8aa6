//! A browser as far as the portal needs one: cookies, forms with their tokens, no redirect followed unseen.

#![allow(
    dead_code,
    clippy::expect_used,
    reason = "a browser for several tests, each of which uses some of its buttons"
)]

use std::collections::BTreeMap;

use money::LoginId;
use reqwest::header::{COOKIE, SET_COOKIE};
use reqwest::{Method, RequestBuilder};
use saldo::customers::CreatedCustomer;
use saldo::look::format::percent_encoded;
use saldo::{clock, ids, passwords};
use store::tables::logins::Login;

use super::house::{Answer, House};

/// The password of every login made here.
pub(crate) const PASSWORD: &str = "four words are easier";

/// One browser.
pub(crate) struct Browser<'h> {
    house: &'h House,
    cookies: BTreeMap<String, String>,
}

impl<'h> Browser<'h> {
    /// A browser that has never been here.
    pub(crate) fn new(house: &'h House) -> Browser<'h> {
        Browser { house, cookies: BTreeMap::new() }
    }

    /// A browser in which this customer has signed in.
    pub(crate) async fn signed_in(house: &'h House, customer: &CreatedCustomer) -> Browser<'h> {
        let email = customer.customer.email.clone().expect("an e-mail");
        let mut browser = Browser::new(house);
        let answer = browser.sign_in("/sign-in", &email, PASSWORD).await;
        assert_eq!(answer.header("location"), Some("/billing"), "{}", answer.text);
        browser
    }

    /// Fills the sign-in page.
    pub(crate) async fn sign_in(&mut self, page: &str, login: &str, password: &str) -> Answer {
        let next = page.split_once("next=").map_or("", |(_, next)| next).replace("%2F", "/");
        let next = next.replace("%3F", "?").replace("%3D", "=");
        let action = page.split('?').next().unwrap_or(page);
        self.submit(page, action, &[("login", login), ("password", password), ("next", &next)]).await
    }

    /// Opens a page.
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        let request = self.request(Method::GET, path);
        self.send(request).await
    }

    /// Opens a page and sends the form `action` of it.
    pub(crate) async fn submit(&mut self, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let token = token_of(&self.get(page).await.text);
        let mut all = vec![("csrf", token.as_str())];
        all.extend(fields);
        self.post(action, &all).await
    }

    /// Sends a form as it is given.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = self.form(path, fields);
        self.send(request).await
    }

    /// Opens a page and sends `file` with the form `action` of it.
    pub(crate) async fn submit_file(&mut self, page: &str, action: &str, name: &str, file: &[u8]) -> Answer {
        let token = token_of(&self.get(page).await.text);
        let request = self.file_form(action, &token, name, file);
        self.send(request).await
    }

    /// A form with a file as browsers send it.
    pub(crate) fn file_form(&self, path: &str, token: &str, name: &str, file: &[u8]) -> RequestBuilder {
        const BOUNDARY: &str = "----WebKitFormBoundaryhouse";
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{token}\r\n\
             --{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: text/csv\r\n\r\n"
        );
        let body = [head.as_bytes(), file, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat();
        self.request(Method::POST, path)
            .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
            .body(body)
    }

    /// A form as it is given, to be sent.
    pub(crate) fn form(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        self.request(Method::POST, path)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(encoded(fields))
    }

    /// A request with this browser's cookies, to be sent.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        self.house.request(method, path).header(COOKIE, cookies.join("; "))
    }

    /// Sends a request and keeps the cookies of the answer.
    pub(crate) async fn send(&mut self, request: RequestBuilder) -> Answer {
        let answer = self.house.send(request).await;
        for set in answer.headers.get_all(SET_COOKIE) {
            let set = set.to_str().expect("a cookie");
            let (pair, _) = set.split_once(';').expect("a protected cookie");
            let (name, value) = pair.split_once('=').expect("a pair");
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// Has the browser hold a cookie that it was not given by an answer.
    pub(crate) fn hold(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    /// What the browser holds under this name.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }
}

/// A login of this customer, with [`PASSWORD`].
pub(crate) async fn login(house: &House, customer: &CreatedCustomer) -> Login {
    let hash = passwords::hash(PASSWORD).await.expect("a hash");
    insert_login(house, customer, Some(hash))
}

/// A login of this customer that has never had a password.
pub(crate) fn insert_login(
    house: &House,
    customer: &CreatedCustomer,
    password_hash: Option<store::Hidden<String>>,
) -> Login {
    let login = Login {
        id: LoginId::from_u128(ids::fresh()),
        customer: customer.customer.id,
        email: customer.customer.email.clone().expect("an e-mail"),
        password_hash,
        created_at: clock::now(),
        last_sign_in_at: None,
    };
    house.running.app.tables.write(|tx| tx.insert_login(&login)).expect("a login");
    login
}

/// The token that a page's forms carry.
pub(crate) fn token_of(html: &str) -> String {
    between(html, "name=\"csrf\" value=\"", "\"").expect("a form with its token").to_owned()
}

/// What stands between two texts.
pub(crate) fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    text.split_once(before)?.1.split_once(after).map(|(inside, _)| inside)
}

/// Fields as a form sends them.
pub(crate) fn encoded(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{name}={}", percent_encoded(value))).collect();
    pairs.join("&")
}
