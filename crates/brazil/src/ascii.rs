//! Text for machines that know no accents: bank files and QR codes.

/// `text` in printable ASCII: accents are taken off (`São João` → `Sao Joao`), typographic dashes and quotes become plain ones,
/// every kind of blank becomes a space, and what has no ASCII form is left out. Runs of spaces become one, at the ends none.
pub fn without_accents(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            ' '..='~' => plain.push(character),
            _ if character.is_whitespace() => plain.push(' '),
            _ => plain.push_str(ascii_form(character)),
        }
    }
    let words: Vec<&str> = plain.split(' ').filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

fn ascii_form(character: char) -> &'static str {
    match character {
        'À'..='Å' | 'Ā' | 'Ă' => "A",
        'à'..='å' | 'ā' | 'ă' | 'ª' => "a",
        'Æ' => "AE",
        'æ' => "ae",
        'Ç' | 'Č' => "C",
        'ç' | 'č' => "c",
        'È'..='Ë' | 'Ē' => "E",
        'è'..='ë' | 'ē' => "e",
        'Ì'..='Ï' | 'Ĩ' => "I",
        'ì'..='ï' | 'ĩ' => "i",
        'Ñ' => "N",
        'ñ' => "n",
        'Ò'..='Ö' | 'Ø' | 'Ō' => "O",
        'ò'..='ö' | 'ø' | 'ō' | 'º' => "o",
        'Š' => "S",
        'š' => "s",
        'ß' => "ss",
        'Ù'..='Ü' | 'Ũ' | 'Ū' => "U",
        'ù'..='ü' | 'ũ' | 'ū' => "u",
        'Ý' | 'Ÿ' => "Y",
        'ý' | 'ÿ' => "y",
        'Ž' => "Z",
        'ž' => "z",
        '\u{2010}'..='\u{2015}' | '\u{2212}' => "-",
        '\u{2018}' | '\u{2019}' | '´' => "'",
        '\u{201c}' | '\u{201d}' => "\"",
        // Among them combining accents: a letter that was written apart from its accent loses it here.
        _ => "",
    }
}

/// As banks want names and addresses: [`without_accents`], upper case, letters, digits, spaces and `.,-/&`; other signs become
/// a space; at most `len_max` characters.
pub(crate) fn bank_text(text: &str, len_max: usize) -> String {
    let upper = without_accents(text).to_ascii_uppercase();
    let allowed = |character: char| character.is_ascii_alphanumeric() || " .,-/&".contains(character);
    let plain: String = upper.chars().map(|c| if allowed(c) { c } else { ' ' }).collect();
    cut(&without_accents(&plain), len_max)
}

/// The first `len_max` characters of ASCII text, without a space at the end.
pub(crate) fn cut(text: &str, len_max: usize) -> String {
    text.get(..len_max).unwrap_or(text).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_go() {
        let cases = [
            ("São João d'Aliança", "Sao Joao d'Alianca"),
            ("Joa\u{303}o", "Joao"),
            ("ÁÉÍÓÚ ÂÊÔ ÃÕ Ç ü", "AEIOU AEO AO C u"),
            ("nº 1\u{a0}– 2ª", "no 1 - 2a"),
            ("  two\t\nlines  ", "two lines"),
            ("漢字 Ltda", "Ltda"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(without_accents(text), expected, "{text:?}");
        }
    }

    #[test]
    fn names_for_banks() {
        assert_eq!(bank_text("Conexão & Cia. (Ltda) — ME", 40), "CONEXAO & CIA. LTDA - ME");
        assert_eq!(bank_text("Rua das Flores, 12", 10), "RUA DAS FL");
        assert_eq!(bank_text("Rua das Flores", 8), "RUA DAS");
    }
}
