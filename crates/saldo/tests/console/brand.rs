//! The brand in the console: what staff save is seen by customers at once, what they leave empty comes from the configuration file.

use png::{BitDepth, ColorType, Encoder};
use saldo::config::Config;
use store::tables::staff::StaffRole;

use super::browser::{Browser, between, login};
use super::house::House;
use super::staff_in;

const PAGE: &str = "/console/brand";
const LOGO: &str = "/console/brand/logo";

/// A picture of one colour.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut png = Vec::new();
    let mut encoder = Encoder::new(&mut png, width, height);
    encoder.set_color(ColorType::Rgba);
    encoder.set_depth(BitDepth::Eight);
    let mut writer = encoder.write_header().expect("a head");
    let pixels = [180, 40, 90, 255].repeat(usize::try_from(width * height).expect("small"));
    writer.write_image_data(&pixels).expect("pixels");
    writer.finish().expect("an end");
    png
}

fn of_file(config: &mut Config) {
    "Acme".clone_into(&mut config.brand.written.name);
    "help@acme.example".clone_into(&mut config.brand.written.support_email);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_saved_is_seen_at_once_and_after_a_restart() {
    let house = House::open_with(of_file).await;
    let ana = house.customer("ana").await;
    login(&house, &ana).await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    let shown = staff.get(PAGE).await.text;
    assert!(shown.contains("From the configuration file (brand.name): Acme"), "{shown}");
    let fields = [
        ("name", " Aurora Digital "),
        ("colour", "#FFD400"),
        ("terms_url", "https://aurora.example/terms"),
        ("language", "pt-BR"),
        ("legal_name", "Aurora Digital Ltda."),
        ("tax_id", "11.222.333/0001-81"),
    ];
    let saved = staff.submit(PAGE, PAGE, &fields).await;
    assert_eq!(saved.header("location"), Some("/console/brand?done=saved"), "{}", saved.text);
    let shown = staff.get("/console/brand?done=saved").await.text;
    assert!(
        shown.contains("Definido aqui, no lugar de: Acme") && shown.contains("A marca foi salva."),
        "{shown}"
    );

    let mut customer = Browser::signed_in(&house, &ana).await;
    let billing = customer.get("/billing").await.text;
    assert!(billing.contains("<html lang=\"pt-BR\">"), "the default language: {billing}");
    assert!(billing.contains("Aurora Digital") && !billing.contains("Acme"), "{billing}");
    assert!(
        billing.contains("https://aurora.example/terms") && billing.contains("Termos de uso"),
        "{billing}"
    );
    let sheet = between(&billing, "href=\"/assets/brand.", "\"").expect("a sheet");
    let sheet = house.send(house.request(reqwest::Method::GET, &format!("/assets/brand.{sheet}"))).await;
    assert_eq!(sheet.header("content-type"), Some("text/css; charset=utf-8"));
    assert!(sheet.text.contains("--brand-fill: light-dark(#ffd400, #ffd400)"), "{}", sheet.text);
    assert!(sheet.text.contains("--on-brand: light-dark(#000000, #000000)"), "{}", sheet.text);
    let statement = customer.get("/statement.pdf").await;
    assert_eq!((statement.status.as_u16(), statement.header("content-type")), (200, Some("application/pdf")));

    let audit = house.get("/v1/audit-log").await.expect(200).to_string();
    assert!(audit.contains("brand.change") && audit.contains("Aurora Digital Ltda."), "{audit}");
    let house = House::open_in(house.close().await, of_file).await;
    let brand = house.running.app.config.brand();
    assert_eq!((brand.name.as_str(), brand.support_email.as_str()), ("Aurora Digital", "help@acme.example"));
    assert_eq!(brand.legal_lines, ["Aurora Digital Ltda.", "11.222.333/0001-81"]);

    // Empty again, the file has its say.
    let mut staff = staff_in(&house, "leo@example.com", StaffRole::Admin).await;
    staff.submit(PAGE, PAGE, &[("name", "")]).await.expect(303);
    let brand = house.running.app.config.brand();
    assert_eq!((brand.name.as_str(), brand.legal_lines.clone()), ("Acme", vec!["Acme".to_owned()]));
    assert!(brand.sheet.is_none() && brand.terms_url.is_empty());
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colour_that_cannot_be_read_is_told_with_its_numbers_and_adjusted() {
    let house = House::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    let checked =
        staff.submit(PAGE, PAGE, &[("colour", "#ffd400"), ("name", "Aurora"), ("check", "1")]).await;
    assert_eq!(checked.status, 200);
    for words in [
        "#ffd400 is too pale for links on light pages: 1.2",
        "text needs 4.5",
        "with black letters",
        "Aurora",
    ] {
        assert!(checked.text.contains(words), "{words}: {}", checked.text);
    }
    assert_eq!(house.running.app.config.brand().name, "Saldo", "looking changes nothing");
    let live = staff.get("/console/brand/colour?colour=%23000080").await.text;
    assert!(
        live.contains("#000080 is too dark for links on dark pages") && !live.contains("<html"),
        "{live}"
    );
    let nothing = staff.get("/console/brand/colour?colour=%3Cscript%3E").await.text;
    assert!(nothing.contains("own green") && !nothing.contains("script"), "{nothing}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_stands_beside_its_field_and_changes_nothing() {
    let house = House::open().await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    for (field, text, words) in [
        ("name", "x".repeat(61), "One line, please"),
        ("support_email", "nobody".to_owned(), "This is no e-mail address."),
        ("support_phone", "call us".to_owned(), "A number like"),
        ("terms_url", "javascript:alert(1)".to_owned(), "The whole address of a page"),
        ("colour", "red; } body {".to_owned(), "A colour like #0b6e4f."),
        ("language", "de".to_owned(), "One of the languages"),
        ("tax_id", "11.222.333/0001-82".to_owned(), "The check digits"),
        ("address", "a\u{202e}b".to_owned(), "One line, please"),
    ] {
        let refused = staff
            .submit(
                PAGE,
                PAGE,
                &[("address", "Rua A")]
                    .into_iter()
                    .filter(|(name, _)| *name != field)
                    .chain([(field, text.as_str())])
                    .collect::<Vec<_>>(),
            )
            .await;
        assert_eq!(refused.status, 422, "{field}");
        assert!(
            refused.text.contains(words) && refused.text.contains("aria-invalid"),
            "{field}: {}",
            refused.text
        );
    }
    let brand = house.running.app.config.brand();
    assert_eq!((brand.version, brand.name.as_str()), (0, "Saldo"));
    let mut viewer = staff_in(&house, "leo@example.com", StaffRole::Finance).await;
    let seen = viewer.get(PAGE).await;
    assert!(seen.status == 200 && !seen.text.contains("Use this logo"), "{}", seen.text);
    assert_eq!(viewer.submit(PAGE, PAGE, &[("name", "Mine")]).await.status, 403);
    assert_eq!(viewer.submit_file(PAGE, LOGO, "logo.png", &png(64, 64)).await.status, 403);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logo_is_seen_in_the_portal_and_on_papers_and_nothing_but_pictures_are_taken() {
    let house = House::open().await;
    let ana = house.customer("ana").await;
    login(&house, &ana).await;
    let mut staff = staff_in(&house, "bia@example.com", StaffRole::Admin).await;
    let mut customer = Browser::signed_in(&house, &ana).await;
    let plain = customer.get("/statement.pdf").await.text.len();
    for (file, words) in [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>".to_vec(), "This is no PNG"),
        (png(64, 64)[..90].to_vec(), "it is damaged"),
        (png(16, 64), "from 32 to 1024 pixels"),
        (vec![0; 300 * 1024], "longer than 256 KiB"),
        (vec![0; 1_200 * 1024], "longer than 256 KiB"),
    ] {
        let refused = staff.submit_file(PAGE, LOGO, "logo.png", &file).await;
        assert!(refused.status == 422 && refused.text.contains(words), "{words}: {}", refused.text);
        assert!(house.running.app.config.brand().logo.is_none());
    }
    let saved = staff.submit_file(PAGE, LOGO, "logo.png", &png(200, 50)).await;
    assert_eq!(saved.header("location"), Some("/console/brand?done=logo"), "{}", saved.text);
    let page = customer.get("/billing").await.text;
    let name = between(&page, "src=\"/assets/logo.", "\"").expect("a logo");
    let url = format!("/assets/logo.{name}");
    assert!(page.contains("width=\"200\" height=\"50\" alt=\"Saldo\""), "{page}");
    let picture = house.send(house.request(reqwest::Method::GET, &url)).await;
    assert_eq!(picture.header("content-type"), Some("image/png"));
    assert_eq!(picture.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(picture.header("content-security-policy"), Some("default-src 'none'; sandbox"));
    assert!(customer.get("/statement.pdf").await.text.len() > plain, "it stands on papers");

    staff.submit(PAGE, "/console/brand/logo/removal", &[]).await.expect(303);
    assert!(!customer.get("/billing").await.text.contains("/assets/logo."));
    assert_eq!(house.send(house.request(reqwest::Method::GET, &url)).await.status, 404);
    house.close().await;
}
