//! Codes that others made, there and back.

use super::*;

fn receiver(name: &str, city: &str) -> Receiver {
    Receiver::new(name, city).expect("a receiver")
}

fn dynamic(url: &str, city: &str, recurrence_url: Option<&str>) -> BrCode {
    BrCode::Dynamic(DynamicCode {
        url: url.to_owned(),
        receiver: receiver("Fulano de Tal", city),
        amount: None,
        recurrence_url: recurrence_url.map(str::to_owned),
    })
}

fn fixed(
    key: &str,
    receiver: Receiver,
    amount: Option<&str>,
    txid: Option<&str>,
    message: Option<&str>,
) -> StaticCode {
    StaticCode {
        key: PixKey::parse(key).expect("a key"),
        receiver,
        amount: amount.map(|text| Centavos::parse(text).expect("an amount")),
        txid: txid.map(|text| StaticTxid::parse(text).expect("a txid")),
        message: message.map(str::to_owned),
    }
}

/// The Banco Central's manual, its OpenAPI 2.9.0, a dynamic code, and one of the library pix-utils (MIT).
#[test]
fn codes_that_others_made() {
    let arya = receiver("Arya Stark with a very long name", "São Paulo");
    let key = "123e4567-e12b-12d1-a456-426655440000";
    let cases = [
        (
            BrCode::Static(fixed(key, receiver("Fulano de Tal", "BRASILIA"), None, None, None)),
            "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR5913Fulano de Tal6008BRASILIA62070503***63041D3D",
        ),
        (
            dynamic(
                "pix.example.com/qr/v2/8b3da2f39a4140d1a91abd93113bd441",
                "BRASILIA",
                Some("pix.example.com/qr/v2/rec/94ed2badcbc04c15b0bb7fa353194890"),
            ),
            "00020101021226760014br.gov.bcb.pix2554pix.example.com/qr/v2/8b3da2f39a4140d1a91abd93113bd4415204000053039865802BR5913Fulano de Tal6008BRASILIA62070503***80800014br.gov.bcb.pix2558pix.example.com/qr/v2/rec/94ed2badcbc04c15b0bb7fa35319489063047741",
        ),
        (
            dynamic("pix.example.com/qr/v2/1234", "Brasilia", None),
            "00020101021226480014br.gov.bcb.pix2526pix.example.com/qr/v2/12345204000053039865802BR5913Fulano de Tal6008Brasilia62070503***6304FC66",
        ),
        (
            BrCode::Static(fixed(
                "arya@stark.com",
                arya,
                Some("125"),
                Some("verylongreconciliationidt"),
                None,
            )),
            "00020126360014br.gov.bcb.pix0114arya@stark.com5204000053039865406125.005802BR5925Arya Stark with a very lo6009Sao Paulo62290525verylongreconciliationidt630466F4",
        ),
    ];
    for (code, text) in cases {
        assert_eq!(code.write().as_deref(), Ok(text));
        assert_eq!(BrCode::parse(text), Ok(code.clone()));
        let (codes, sum) = text.split_at(text.len() - 4);
        assert_eq!(BrCode::parse(&format!("  {codes}{}\n", sum.to_lowercase())), Ok(code));
    }
}

/// `text` with the right check sum behind it.
fn summed(text: &str) -> String {
    with_check_sum(text.to_owned())
}

#[test]
fn accents_counted_either_way() {
    let head = "00020126360014br.gov.bcb.pix0114arya@stark.com520400005303986";
    // The name has four characters and five bytes; so have programs counted it, one way or the other.
    let by_characters = summed(&format!("{head}5802BR5904João6005Bauru62070503***"));
    let by_bytes = summed(&format!("{head}5802BR5905João6005Bauru62070503***"));
    for text in [by_characters, by_bytes] {
        let BrCode::Static(code) = BrCode::parse(&text).expect("a code") else { panic!("a static code") };
        assert_eq!((code.receiver.name(), code.receiver.city()), ("João", "Bauru"));
        let ours = code.write().expect("a code");
        assert!(ours.is_ascii() && ours.contains("5904Joao6005Bauru"), "{ours}");
    }
}

#[test]
fn codes_that_are_refused() {
    let good = "00020126360014br.gov.bcb.pix0114arya@stark.com5204000053039865406125.005802BR5904Arya6005Bauru62070503***";
    assert!(BrCode::parse(&summed(good)).is_ok());
    let txid = PixError::Txid { min: 1, max: 25 };
    let cases = [
        (String::new(), PixError::NotABrCode),
        ("https://example.com".to_owned(), PixError::NotABrCode),
        (good.to_owned(), PixError::NotABrCode),
        (format!("{good}6304ABCD"), PixError::CheckSum),
        (summed(&good.replace("Arya", "Arye")).replace("Arye", "Arya"), PixError::CheckSum),
        (summed(&good.replace("5904Arya", "5905Arya")), PixError::Malformed),
        (summed(&good.replace("5904Arya", "59xxArya")), PixError::Malformed),
        (summed(&format!("{good}5904Arya")), PixError::Repeated { id: 59 }),
        (summed(&good.replace("5904Arya", "")), PixError::Missing { id: 59 }),
        (summed(&good.replace("5904Arya", "5900")), PixError::Missing { id: 59 }),
        (summed(&good.replace("5303986", "5303840")), PixError::NotPix { id: 53 }),
        (summed(&good.replace("5802BR", "5802US")), PixError::NotPix { id: 58 }),
        (summed(&good.replace("br.gov.bcb.pix", "xx.gov.bcb.pix")), PixError::Missing { id: 26 }),
        (summed(&good.replace("arya@stark.com", "arya-stark.com")), PixError::Key),
        (summed(&good.replace("125.00", "125,00")), PixError::Amount),
        (summed(&good.replace("125.00", "000.00")), PixError::Amount),
        (summed(&good.replace("125.00", "12.005")), PixError::Amount),
        (summed(&good.replace("0503***", "0503**a")), txid),
        (summed(&good.replace("62070503***", "62070603***")), PixError::Missing { id: 5 }),
        (summed(&format!("000201{}", "9".repeat(600))), PixError::TooLong),
    ];
    for (text, error) in cases {
        assert_eq!(BrCode::parse(&text), Err(error), "{text}");
    }
}

#[test]
fn codes_that_cannot_be_made() {
    let arya = || receiver("Arya", "Bauru");
    let zero =
        StaticCode { amount: Some(Centavos::ZERO), ..fixed("arya@stark.com", arya(), None, None, None) };
    assert_eq!(zero.write(), Err(PixError::Amount));
    let message = "x".repeat(60);
    let message = |len: usize| fixed("arya@stark.com", arya(), None, None, Some(&message[..len])).write();
    assert_eq!(message(60), Err(PixError::MessageTooLong { max: 59 }));
    assert_eq!(message(59).as_deref().map(BrCode::parse).map(|code| code.is_ok()), Ok(true));
    assert_eq!(Receiver::new("漢字", "Bauru"), Err(PixError::Receiver));
    assert_eq!(Receiver::new("Arya", " "), Err(PixError::Receiver));
    let address = |url: &str| dynamic(url, "Bauru", None).write().map(|_| ());
    let long = format!("pix.example.com/{}", "x".repeat(61));
    assert_eq!(address(&long), Ok(()));
    for url in ["https://pix.example.com/qr", "", "/qr", "pix.example.com/a b", &format!("{long}x")] {
        assert_eq!(address(url), Err(PixError::Url), "{url}");
    }
}

proptest::proptest! {
    #[test]
    fn there_and_back(
        name in "\\PC{1,40}",
        city in "\\PC{1,40}",
        amount in proptest::option::of(1_u64..=999_999_999_999),
        txid in proptest::option::of("[a-zA-Z0-9]{1,25}"),
        message in proptest::option::of("[a-z]{1,50}"),
    ) {
        if let Ok(receiver) = Receiver::new(&name, &city) {
            let mut code = fixed("arya@stark.com", receiver, None, txid.as_deref(), message.as_deref());
            code.amount = amount.map(|count| Centavos::new(count).expect("an amount"));
            let text = code.write().expect("a code");
            proptest::prop_assert!(text.is_ascii() && text.len() <= BR_CODE_LEN_MAX);
            proptest::prop_assert_eq!(BrCode::parse(&text), Ok(BrCode::Static(code)));
        }
    }

    #[test]
    fn never_panics(text in "\\PC{0,80}", fields in "([0-9]{4}[a-zé0-9]{0,12}){0,8}") {
        let _ = BrCode::parse(&text);
        let _ = BrCode::parse(&summed(&format!("000201{text}")));
        let _ = BrCode::parse(&summed(&format!("00020153039865802BR{fields}")));
        let _ = PixKey::parse(&text);
    }
}
