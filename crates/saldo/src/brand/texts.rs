//! The brand's texts: which there are, and what may stand in each. The console and the configuration file are held to the same.

use brazil::document::TaxId;
use lettre::Address;
use store::tables::brand::BrandVersion;

use super::Colour;
use crate::look::Locale;

/// Longest name, in characters: it stands in a menu.
const NAME_CHARS_MAX: usize = 60;
/// Most characters of one line.
const LINE_CHARS_MAX: usize = 200;
/// Longest address of a page, in bytes.
const URL_BYTES_MAX: usize = 500;
/// Digits that a telephone number may have.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 3..=15;
/// Digits of a CPF and of a CNPJ.
const BRAZILIAN_DIGITS: [usize; 2] = [11, 14];

/// One text of the brand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrandField {
    /// The operator's name.
    Name,
    /// Where problems are reported.
    SupportEmail,
    /// The number that customers call.
    SupportPhone,
    /// Where the terms stand.
    TermsUrl,
    /// The brand's colour.
    Colour,
    /// The language of those who wish for none that is spoken.
    Language,
    /// Who is paid.
    LegalName,
    /// His tax id.
    TaxId,
    /// His address in one line.
    Address,
    /// What each receipt says of taxes.
    TaxLine,
}

/// The brand's texts as somebody wrote them; an empty one says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct BrandTexts {
    /// The operator's name.
    pub name: String,
    /// Where problems are reported.
    pub support_email: String,
    /// The number that customers call.
    pub support_phone: String,
    /// Where the terms stand.
    pub terms_url: String,
    /// The brand's colour.
    pub colour: String,
    /// The language of those who wish for none that is spoken.
    pub language: String,
    /// Who is paid.
    pub legal_name: String,
    /// His tax id.
    pub tax_id: String,
    /// His address in one line.
    pub address: String,
    /// What each receipt says of taxes.
    pub tax_line: String,
}

impl BrandField {
    /// All of them, as the page shows them.
    pub const ALL: [BrandField; 10] = [
        BrandField::Name,
        BrandField::Colour,
        BrandField::SupportEmail,
        BrandField::SupportPhone,
        BrandField::TermsUrl,
        BrandField::Language,
        BrandField::LegalName,
        BrandField::TaxId,
        BrandField::Address,
        BrandField::TaxLine,
    ];

    /// Its name in a form.
    pub fn name(self) -> &'static str {
        match self {
            BrandField::Name => "name",
            BrandField::SupportEmail => "support_email",
            BrandField::SupportPhone => "support_phone",
            BrandField::TermsUrl => "terms_url",
            BrandField::Colour => "colour",
            BrandField::Language => "language",
            BrandField::LegalName => "legal_name",
            BrandField::TaxId => "tax_id",
            BrandField::Address => "address",
            BrandField::TaxLine => "tax_line",
        }
    }

    /// Its name in the configuration file.
    pub fn setting(self) -> &'static str {
        match self {
            BrandField::Name => "brand.name",
            BrandField::SupportEmail => "brand.support_email",
            BrandField::SupportPhone => "brand.support_phone",
            BrandField::TermsUrl => "brand.terms_url",
            BrandField::Colour => "brand.colour",
            BrandField::Language => "brand.language",
            BrandField::LegalName => "legal.name",
            BrandField::TaxId => "legal.tax_id",
            BrandField::Address => "legal.address",
            BrandField::TaxLine => "legal.tax_line",
        }
    }

    /// What is wrong with this text in it; an empty text says nothing and is never wrong.
    pub fn wrong(self, text: &str) -> Option<(&'static str, &'static str)> {
        if text.is_empty() {
            return None;
        }
        let chars_max = if self == BrandField::Name { NAME_CHARS_MAX } else { LINE_CHARS_MAX };
        let is_line = !text.chars().any(crate::customers::is_unprintable);
        if !is_line || text.chars().count() > chars_max && self != BrandField::TermsUrl {
            return Some(("invalid_line", "must be one line, of at most 200 characters; a name at most 60"));
        }
        match self {
            BrandField::SupportEmail if text.parse::<Address>().is_err() => {
                Some(("invalid_email", "must be an e-mail address"))
            }
            BrandField::SupportPhone if !is_phone(text) => {
                Some(("invalid_phone", "must be a number like (11) 4004-1234"))
            }
            BrandField::TermsUrl if !is_page(text) => {
                Some(("invalid_url", "must be the address of a page, with https:// or http:// before it"))
            }
            BrandField::Colour if Colour::parse(text).is_none() => {
                Some(("invalid_colour", "must be a colour like #0b6e4f"))
            }
            BrandField::Language if !Locale::ALL.iter().any(|locale| locale.tag() == text) => {
                Some(("invalid_language", "must be en or pt-BR"))
            }
            BrandField::TaxId if is_wrong_brazilian(text) => {
                Some(("invalid_tax_id", "is a CPF or CNPJ whose check digits are wrong"))
            }
            _ => None,
        }
    }
}

impl BrandTexts {
    /// What staff saved.
    pub fn of(saved: &BrandVersion) -> BrandTexts {
        BrandTexts {
            name: saved.name.clone(),
            support_email: saved.support_email.clone(),
            support_phone: saved.support_phone.clone(),
            terms_url: saved.terms_url.clone(),
            colour: saved.colour.clone(),
            language: saved.language.clone(),
            legal_name: saved.legal_name.clone(),
            tax_id: saved.tax_id.clone(),
            address: saved.address.clone(),
            tax_line: saved.tax_line.clone(),
        }
    }

    /// One of them.
    pub fn get(&self, field: BrandField) -> &str {
        match field {
            BrandField::Name => &self.name,
            BrandField::SupportEmail => &self.support_email,
            BrandField::SupportPhone => &self.support_phone,
            BrandField::TermsUrl => &self.terms_url,
            BrandField::Colour => &self.colour,
            BrandField::Language => &self.language,
            BrandField::LegalName => &self.legal_name,
            BrandField::TaxId => &self.tax_id,
            BrandField::Address => &self.address,
            BrandField::TaxLine => &self.tax_line,
        }
    }

    /// The same without white around each.
    pub fn trimmed(self) -> BrandTexts {
        let trim = |text: String| text.trim().to_owned();
        BrandTexts {
            name: trim(self.name),
            support_email: trim(self.support_email),
            support_phone: trim(self.support_phone),
            terms_url: trim(self.terms_url),
            colour: trim(self.colour).to_ascii_lowercase(),
            language: trim(self.language),
            legal_name: trim(self.legal_name),
            tax_id: trim(self.tax_id),
            address: trim(self.address),
            tax_line: trim(self.tax_line),
        }
    }
}

fn is_phone(text: &str) -> bool {
    let is_known = |c: char| c.is_ascii_digit() || " +-().".contains(c);
    let digits = text.chars().filter(char::is_ascii_digit).count();
    text.chars().all(is_known) && PHONE_DIGITS.contains(&digits)
}

fn is_page(text: &str) -> bool {
    let uri = text.parse::<axum::http::Uri>().ok().filter(|_| text.len() <= URL_BYTES_MAX);
    uri.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("https" | "http"))
            && uri.host().is_some_and(|host| !host.is_empty())
            && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
    })
}

/// Whether it looks like a CPF or CNPJ and is none. Tax ids of other countries are taken as they are.
fn is_wrong_brazilian(text: &str) -> bool {
    let looks = text.chars().all(|c| c.is_ascii_digit() || " ./-".contains(c));
    let digits = text.chars().filter(char::is_ascii_digit).count();
    looks && BRAZILIAN_DIGITS.contains(&digits) && TaxId::parse(text).is_err()
}

#[cfg(test)]
mod tests {
    use super::BrandField;

    #[test]
    fn what_may_stand_where() {
        let check = |field: BrandField, text: &str, expected: Option<&str>| {
            assert_eq!(field.wrong(text).map(|(code, _)| code), expected, "{field:?}: {text}");
        };
        for field in BrandField::ALL {
            check(field, "", None);
            check(field, "one\ntwo", Some("invalid_line"));
            check(field, "a\u{202e}b", Some("invalid_line"));
        }
        check(BrandField::Name, &"é".repeat(60), None);
        check(BrandField::Name, &"é".repeat(61), Some("invalid_line"));
        check(BrandField::Address, &"a".repeat(201), Some("invalid_line"));
        for (email, wrong) in [("help@aurora.example", false), ("help", true), ("a@b, c@d", true)] {
            check(BrandField::SupportEmail, email, wrong.then_some("invalid_email"));
        }
        for (phone, wrong) in [("(11) 4004-1234", false), ("+55 11 4004 1234", false), ("call us", true)] {
            check(BrandField::SupportPhone, phone, wrong.then_some("invalid_phone"));
        }
        for (url, wrong) in [
            ("https://aurora.example/terms?v=2", false),
            ("http://aurora.example", false),
            ("javascript:alert(1)", true),
            ("https://", true),
            ("//aurora.example", true),
            ("https://user:pass@aurora.example", true),
            ("data:text/html,x", true),
        ] {
            check(BrandField::TermsUrl, url, wrong.then_some("invalid_url"));
        }
        for (colour, wrong) in [("#0b6e4f", false), ("#fff", false), ("red", true), ("#12345g", true)] {
            check(BrandField::Colour, colour, wrong.then_some("invalid_colour"));
        }
        for (tag, wrong) in [("en", false), ("pt-BR", false), ("pt", true), ("de", true)] {
            check(BrandField::Language, tag, wrong.then_some("invalid_language"));
        }
        for (id, wrong) in [
            ("11.222.333/0001-81", false),
            ("11.222.333/0001-82", true),
            ("12.ABC.345/01DE-35", false),
            ("DE 123456789", false),
            ("GB123456789012", false),
        ] {
            check(BrandField::TaxId, id, wrong.then_some("invalid_tax_id"));
        }
    }
}
