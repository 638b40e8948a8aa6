//! The operator's brand: its versions, and the one logo that is kept.

use crate::{NOW, on_both, read, write};
use store::tables::brand::{BrandLogo, BrandVersion};

fn version(name: &str, logo: Option<&str>) -> BrandVersion {
    BrandVersion {
        version: 0,
        name: name.to_owned(),
        support_email: String::new(),
        support_phone: String::new(),
        terms_url: String::new(),
        colour: "#0b6e4f".to_owned(),
        language: String::new(),
        legal_name: String::new(),
        tax_id: String::new(),
        address: String::new(),
        tax_line: String::new(),
        logo: logo.map(str::to_owned),
        saved_at: NOW,
    }
}

fn logo(hash: &str) -> BrandLogo {
    BrandLogo { hash: hash.to_owned(), width: 16, height: 32, png: vec![1, 2, 3], saved_at: NOW }
}

#[test]
fn the_newest_version_is_in_force_and_one_logo_is_kept() {
    on_both(|tables| {
        assert_eq!(read(tables, |reader| reader.brand()), None);
        let (first, second) = write(tables, |tx| {
            tx.put_brand_logo(&logo("a"))?;
            let first = tx.save_brand(&version("Aurora", Some("a")))?;
            tx.put_brand_logo(&logo("b"))?;
            tx.put_brand_logo(&logo("b"))?;
            Ok((first, tx.save_brand(&version("Aurora Digital", Some("b")))?))
        });
        assert_eq!((first, second), (1, 2));
        let newest = read(tables, |reader| reader.brand());
        assert_eq!(newest, Some(BrandVersion { version: 2, ..version("Aurora Digital", Some("b")) }));
        assert_eq!(read(tables, |reader| reader.brand_logo("b")), Some(logo("b")));
        assert_eq!(read(tables, |reader| reader.brand_logo("a")), None);
        write(tables, |tx| tx.save_brand(&version("Aurora", None)));
        assert_eq!(read(tables, |reader| reader.brand_logo("b")), None);
    });
}
