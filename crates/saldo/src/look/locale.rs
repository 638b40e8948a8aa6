//! Which language a reader gets, and the texts in it.
//!
//! Owns the two Fluent files and the choice between them; numbers, money and dates are `format`'s.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

/// Name of the cookie in which a reader's own choice of language is kept.
pub const LANGUAGE_COOKIE: &str = "language";

/// A language we speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Locale {
    /// English, with the money and date habits of the United States but hours counted to 24.
    En,
    /// Português do Brasil.
    PtBr,
}

impl Locale {
    /// Every language, in the order the language list shows them.
    pub const ALL: [Locale; 2] = [Locale::En, Locale::PtBr];

    /// The language tag, as in `<html lang>`, the cookie and the language form.
    pub fn tag(self) -> &'static str {
        match self {
            Locale::En => "en",
            Locale::PtBr => "pt-BR",
        }
    }

    /// The language's name in itself, as the language list shows it.
    pub fn endonym(self) -> &'static str {
        match self {
            Locale::En => "English",
            Locale::PtBr => "Português (Brasil)",
        }
    }

    /// Reads a tag. Every kind of Portuguese gets ours, every kind of English too; others are `None`.
    pub fn from_tag(tag: &str) -> Option<Locale> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "en" => Some(Locale::En),
            "pt" => Some(Locale::PtBr),
            _ => None,
        }
    }

    /// The reader's own choice (the cookie) stands before the browser's wish (`Accept-Language`), and that before the operator's language.
    pub fn choose(accept_language: Option<&str>, cookie: Option<&str>, operators: Locale) -> Locale {
        cookie
            .and_then(Locale::from_tag)
            .or_else(|| accept_language.and_then(best_of_wishes))
            .unwrap_or(operators)
    }

    /// The text `id` without variables.
    pub fn t(self, id: &str) -> String {
        self.t_args(id, None)
    }

    /// The text `id` with its variables. A text that is missing shows its id; tests keep that from happening.
    pub fn t_args(self, id: &str, args: Option<&FluentArgs<'_>>) -> String {
        let bundle = self.bundle();
        let Some(pattern) = bundle.get_message(id).and_then(|message| message.value()) else {
            debug_assert!(false, "no text {id}");
            return id.to_owned();
        };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, args, &mut errors).into_owned();
        debug_assert!(errors.is_empty(), "{id}: {errors:?}");
        text
    }

    fn bundle(self) -> &'static FluentBundle<FluentResource> {
        static EN: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| open(Locale::En));
        static PT_BR: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| open(Locale::PtBr));
        match self {
            Locale::En => &EN,
            Locale::PtBr => &PT_BR,
        }
    }

    fn source(self) -> &'static str {
        match self {
            Locale::En => include_str!("../../locales/en.ftl"),
            Locale::PtBr => include_str!("../../locales/pt-BR.ftl"),
        }
    }
}

/// The spoken language with the highest weight in an `Accept-Language` header (RFC 9110, 12.5.4); the first of equals.
fn best_of_wishes(header: &str) -> Option<Locale> {
    let mut best: Option<(Locale, u16)> = None;
    for wish in header.split(',') {
        let mut parts = wish.split(';');
        let Some(locale) = parts.next().and_then(Locale::from_tag) else { continue };
        let weight = parts.find_map(|p| p.trim().strip_prefix("q=")).map_or(1000, thousandths);
        if weight > 0 && best.is_none_or(|(_, w)| weight > w) {
            best = Some((locale, weight));
        }
    }
    best.map(|(locale, _)| locale)
}

/// A weight such as `0.8` in thousandths; what is no weight counts as 0, "not wanted".
fn thousandths(text: &str) -> u16 {
    money::parse_decimal(text, 3).ok().and_then(|v| u16::try_from(v).ok()).filter(|v| *v <= 1000).unwrap_or(0)
}

fn open(locale: Locale) -> FluentBundle<FluentResource> {
    let language: LanguageIdentifier = match locale.tag().parse() {
        Ok(language) => language,
        Err(error) => panic!("{}: {error}", locale.tag()),
    };
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // Isolation marks are for mixed directions of writing; here they would only end up in what people copy.
    bundle.set_use_isolating(false);
    let resource = match FluentResource::try_new(locale.source().to_owned()) {
        Ok(resource) => resource,
        Err((_, errors)) => panic!("locales/{}.ftl: {errors:?}", locale.tag()),
    };
    if let Err(errors) = bundle.add_resource(resource) {
        panic!("locales/{}.ftl: {errors:?}", locale.tag());
    }
    bundle
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choice() {
        let cases = [
            (None, None, Locale::En),
            (Some("pt-BR,pt;q=0.9,en;q=0.8"), None, Locale::PtBr),
            (Some("en-US,en;q=0.9,pt;q=0.8"), None, Locale::En),
            (Some("de, pt;q=0.5, en;q=0.4"), None, Locale::PtBr),
            (Some("pt;q=0, en;q=0.1"), None, Locale::En),
            (Some("pt;q=0.3, en;q=0.7"), None, Locale::En),
            (Some("fr"), None, Locale::En),
            (Some("pt-PT"), None, Locale::PtBr),
            (Some("*"), None, Locale::En),
            (Some("pt;q=9"), None, Locale::En),
            (Some("en"), Some("pt-BR"), Locale::PtBr),
            (Some("pt-BR"), Some("en"), Locale::En),
            (Some("pt-BR"), Some("klingon"), Locale::PtBr),
        ];
        for (accept, cookie, expected) in cases {
            assert_eq!(Locale::choose(accept, cookie, Locale::En), expected, "{accept:?} {cookie:?}");
        }
        assert_eq!(Locale::choose(Some("fr"), None, Locale::PtBr), Locale::PtBr);
    }

    #[test]
    fn both_files_open() {
        for locale in Locale::ALL {
            assert_ne!(locale.t("sign-in-submit"), "sign-in-submit");
        }
    }
}
