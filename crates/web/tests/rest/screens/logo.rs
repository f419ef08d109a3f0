//! The company's logo: on paper, on the page of its payers, and nowhere else.

use miniz_oxide::deflate::compress_to_vec_zlib;
use quita_engine::desk::people::Role;
use quita_store::{boletos, params, sql};

use super::{Person, upload};
use crate::house::{House, Reply, boleto};

crate::on_both_databases! {
a_logo_is_on_paper_and_on_the_payers_page what_is_no_logo_is_refused_with_the_reason
only_an_administrator_gives_one }

sql! {
    ACTIONS = "SELECT action FROM audit WHERE company_id = $1 AND action LIKE 'company.logo%'
        ORDER BY action";
}

/// A black PNG of this size.
pub(super) fn png(width: u8, height: u8) -> Vec<u8> {
    let chunk = |kind: &[u8; 4], body: &[u8]| {
        [&u32::try_from(body.len()).unwrap().to_be_bytes()[..], kind, body, &[0; 4]].concat()
    };
    let header = [0, 0, 0, width, 0, 0, 0, height, 8, 0, 0, 0, 0];
    let rows = vec![0; (usize::from(width) + 1) * usize::from(height)];
    let rows = compress_to_vec_zlib(&rows, 6);
    let head = b"\x89PNG\r\n\x1a\n".to_vec();
    [head, chunk(b"IHDR", &header), chunk(b"IDAT", &rows), chunk(b"IEND", &[])].concat()
}

async fn give(person: &Person, house: &House, file: &[u8]) -> Reply {
    let call = person.call(house, "POST", "/empresa/logo");
    upload(call, &[("csrf", &person.csrf)], &[("logo", "logo.png", file)]).send().await
}

/// Whether a PDF draws a picture of this width in pixels.
fn draws(pdf: &[u8], width: u8) -> bool {
    let text = String::from_utf8_lossy(pdf);
    assert!(text.starts_with("%PDF"), "{text}");
    let mut images = text.split("/Subtype/Image").skip(1);
    images.any(|image| image.split("stream").next().unwrap().contains(&format!("/Width {width}/")))
}

async fn a_logo_is_on_paper_and_on_the_payers_page(house: &House) {
    let mut ana = Person::administrator(house).await;
    let ours = house.registered("1").await;
    let id = ours["id"].as_str().unwrap();
    let pdf = |id: &str| house.get(&format!("/v1/boletos/{id}/pdf")).send();
    assert!(!draws(&pdf(id).await.body, 37));
    assert_eq!(ana.get(house, "/empresa/logo").await.status, 404);

    let given = give(&ana, house, &png(37, 11)).await;
    assert_eq!(given.status, 303, "{}", given.text());
    let page = ana.get(house, "/empresa").await.text();
    assert!(page.contains("src=\"/empresa/logo\"") && page.contains("Remover logotipo"), "{page}");
    let shown = ana.get(house, "/empresa/logo").await;
    assert_eq!((shown.status.as_u16(), shown.header("content-type")), (200, Some("image/png")));
    assert_eq!(shown.body.to_vec(), png(37, 11));
    assert!(draws(&pdf(id).await.body, 37));
    // On a carnê where no QR code has its place.
    let mut plain = boleto("2");
    plain["hybrid"] = serde_json::json!(false);
    let plain = house.post("/v1/boletos", "k2", &plain).send().await.expect(201);
    house.work();
    let fields = [("ids", plain["id"].as_str().unwrap()), ("model", "carne")];
    let carne = ana.post(house, "/boletos/pdf", &fields).await;
    assert!(draws(&carne.body, 37));

    let wanted = id.to_owned();
    let kept = house.world.store.read(move |tx| boletos::get(tx, &wanted)).unwrap().unwrap();
    let link = format!("/p/{}", kept.public_token);
    let public = |path: String| house.get(&path).no_token().at(&house.public).send();
    assert!(public(link.clone()).await.text().contains(&format!("src=\"{link}/logo\"")));
    let logo = public(format!("{link}/logo")).await;
    assert_eq!((logo.status.as_u16(), logo.header("content-type")), (200, Some("image/png")));
    assert_eq!(logo.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(logo.body.to_vec(), png(37, 11));
    assert_eq!(public("/p/ninguem/logo".to_owned()).await.status, 404);

    // Another company has its own, or none.
    let order = boleto("Deles 1");
    let theirs = house.post("/v1/boletos", "k", &order).token(&house.theirs.token).send().await;
    let theirs = theirs.expect(201)["id"].as_str().unwrap().to_owned();
    house.work();
    let path = format!("/v1/boletos/{theirs}/pdf");
    let other = || house.get(&path).token(&house.theirs.token).send();
    assert!(!draws(&other().await.body, 37));
    ana.switch(house, &house.theirs.actor.company_id).await;
    assert_eq!(ana.get(house, "/empresa/logo").await.status, 404);
    assert_eq!(give(&ana, house, &png(41, 11)).await.status, 303);
    let drawn = other().await.body;
    assert!(draws(&drawn, 41) && !draws(&drawn, 37));
    ana.switch(house, &house.ours.actor.company_id).await;
    assert!(draws(&pdf(id).await.body, 37));

    // Changed and taken away at once, and not twice.
    assert_eq!(give(&ana, house, &png(43, 11)).await.status, 303);
    assert!(draws(&pdf(id).await.body, 43));
    for _ in 0..2 {
        assert_eq!(ana.post(house, "/empresa/logo/remover", &[]).await.status, 303);
    }
    assert!(!draws(&pdf(id).await.body, 43));
    assert_eq!(public(format!("{link}/logo")).await.status, 404);
    assert!(!public(link).await.text().contains("<img"));
    let company = house.ours.actor.company_id.clone();
    let actions = house.world.store.read(move |tx| {
        tx.rows(ACTIONS, params![&company])?
            .iter()
            .map(|row| row.text(0))
            .collect::<Result<Vec<_>, _>>()
    });
    let (saved, removed) = ("company.logo_saved", "company.logo_removed");
    assert_eq!(actions.unwrap(), [removed, saved, saved]);
}

async fn what_is_no_logo_is_refused_with_the_reason(house: &House) {
    let ana = Person::administrator(house).await;
    let long = [png(3, 2), vec![0; 512 * 1024]].concat();
    let mut large = png(3, 2);
    large[18..24].copy_from_slice(&[4, 0, 0, 0, 4, 1]);
    for (file, said) in [
        (b"GIF89a".to_vec(), "não é PNG nem JPEG"),
        (png(3, 2)[..40].to_vec(), "incompleto ou danificado"),
        (long, "até 512 KB"),
        (large, "1 milhão de pontos"),
        (Vec::new(), "escolha o arquivo"),
    ] {
        let refused = give(&ana, house, &file).await;
        assert_eq!(refused.status, 422, "{said}");
        let page = refused.text();
        assert!(page.contains("id=\"logo-error\"") && page.contains(said), "{said}: {page}");
    }
    assert_eq!(ana.get(house, "/empresa/logo").await.status, 404);
}

async fn only_an_administrator_gives_one(house: &House) {
    let ana = Person::administrator(house).await;
    assert_eq!(give(&ana, house, &png(37, 11)).await.status, 303);
    for role in [Role::Finance, Role::ReadOnly] {
        let person = Person::with_role(house, role).await;
        assert_eq!(give(&person, house, &png(41, 11)).await.status, 403);
        assert_eq!(person.post(house, "/empresa/logo/remover", &[]).await.status, 403);
        let page = person.get(house, "/empresa").await.text();
        assert!(page.contains("src=\"/empresa/logo\"") && !page.contains("Remover logotipo"));
        assert_eq!(person.get(house, "/empresa/logo").await.body.to_vec(), png(37, 11));
    }
    let attendant = Person::with_role(house, Role::Attendant).await;
    assert_eq!(attendant.get(house, "/empresa/logo").await.status, 403);
}
