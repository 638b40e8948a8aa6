//! What is drawn for whoever only looks: the forms that would change something stand there and are off, and say why.
//!
//! It works on what was drawn, page or part of one, so that no page can forget it. Whether such a form is taken all the same is decided
//! elsewhere.

use super::Reader;

/// Where forms lead that a reader has use of while he looks: the end of it, his own language, and the demo's own.
const OWN: [&str; 3] = ["/view/end", "/language", "/demo/"];
/// What a form has that changes something.
const CHANGES: &str = "method=\"post\"";

/// The same page or part, with its forms off.
pub fn read_only(reader: &Reader, html: &str) -> String {
    let mut off = String::with_capacity(html.len() + html.len() / 8);
    let mut rest = html;
    while let Some(begins) = rest.find("<form") {
        let (before, form) = rest.split_at(begins);
        off.push_str(before);
        let (Some(opened), Some(closes)) = (form.find('>').map(|at| at + 1), form.find("</form>")) else {
            rest = form;
            break;
        };
        let (tag, inside) = (&form[..opened], form.get(opened..closes).unwrap_or_default());
        if changes_something(tag) {
            off.push_str(tag);
            off.push_str("<fieldset class=\"off\" disabled aria-describedby=\"viewed\">");
            // One that is as large as a card says it itself; a button alone leaves it to the strip above.
            if attribute(tag, "class").is_some_and(|class| class.split(' ').any(|name| name.contains("form")))
            {
                off.push_str("<p class=\"hint off-why\">");
                off.push_str(&reader.t("view-as-off"));
                off.push_str("</p>");
            }
            off.push_str(inside);
            off.push_str("</fieldset>");
        } else {
            off.push_str(tag);
            off.push_str(inside);
        }
        rest = &form[closes..];
    }
    off.push_str(rest);
    off
}

fn changes_something(tag: &str) -> bool {
    let action = attribute(tag, "action").unwrap_or_default();
    tag.contains(CHANGES) && !OWN.iter().any(|own| action.starts_with(own))
}

fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let value = tag.split(&format!(" {name}=\"")).nth(1)?;
    value.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look::Locale;
    use jiff::tz::TimeZone;

    #[test]
    fn forms_that_change_something_are_off() {
        let reader = Reader::new(Locale::En, TimeZone::UTC);
        let why = reader.t("view-as-off");
        let off = "<fieldset class=\"off\" disabled aria-describedby=\"viewed\">";
        for (html, expected) in [
            ("<p>no form</p>".to_owned(), "<p>no form</p>".to_owned()),
            (
                "a<form method=\"post\" action=\"/topups\"><b>x</b></form>z".to_owned(),
                format!("a<form method=\"post\" action=\"/topups\">{off}<b>x</b></fieldset></form>z"),
            ),
            (
                "<form class=\"card form\" method=\"post\" action=\"/mail-wishes\">x</form>".to_owned(),
                format!(
                    "<form class=\"card form\" method=\"post\" action=\"/mail-wishes\">{off}<p class=\"hint off-why\">{why}</p>x</fieldset></form>"
                ),
            ),
            (
                "<form method=\"post\" action=\"/language\">x</form><form method=\"post\" action=\"/a\">y</form>".to_owned(),
                format!("<form method=\"post\" action=\"/language\">x</form><form method=\"post\" action=\"/a\">{off}y</fieldset></form>"),
            ),
            (
                "<form method=\"get\" action=\"/usage\">x</form><form method=\"dialog\">x</form>".to_owned(),
                "<form method=\"get\" action=\"/usage\">x</form><form method=\"dialog\">x</form>".to_owned(),
            ),
            ("<form method=\"post\" action=\"/cut".to_owned(), "<form method=\"post\" action=\"/cut".to_owned()),
        ] {
            assert_eq!(read_only(&reader, &html), expected);
        }
    }
}
