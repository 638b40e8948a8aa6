//! Staff: invited by mail, given a role, let in no more. The last admin stays one.

use std::sync::Arc;

use axum::http::StatusCode;
use money::{CustomerId, MailId, StaffId, Timestamp};
use serde_json::json;
use store::tables::outbox;
use store::tables::sessions::SessionOwner;
use store::tables::staff::{Staff, StaffInvitation, StaffRole};
use store::{Hidden, Tx};

use crate::app::App;
use crate::audit::{Author, Change};
use crate::customers::{TEXT_BYTES_MAX, is_unprintable, looks_like_email};
use crate::look::{Locale, Reader, mail};
use crate::portal::{sessions, viewing};
use crate::problem::Problem;
use crate::{clock, ids};

/// How long an invitation works, in microseconds.
pub const INVITATION_LASTS: i64 = 7 * Timestamp::DAY;
/// Where the link of an invitation leads.
pub(crate) const INVITATION_PATH: &str = "/console/invitation";
/// Most characters of a name.
const NAME_CHARS_MAX: usize = 80;
/// Bytes of randomness in a link.
const SECRET_BYTES: usize = 32;

/// Who is to be invited.
pub(crate) struct Invited {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) role: StaffRole,
    pub(crate) locale: Locale,
}

impl Invited {
    /// The fields that are wrong.
    pub(crate) fn wrong(&self) -> Vec<&'static str> {
        let has_name = (1..=NAME_CHARS_MAX).contains(&self.name.chars().count());
        let has_name = has_name && !self.name.contains(is_unprintable);
        let has_email = looks_like_email(&self.email) && self.email.len() <= TEXT_BYTES_MAX;
        let (name, email) = ((!has_name).then_some("name"), (!has_email).then_some("email"));
        name.into_iter().chain(email).collect()
    }
}

/// Invites somebody by mail. `staff_known` if somebody signs in with this address already, `invited_already` if somebody is invited to it
/// by a link that works: his name and role are not changed in silence.
pub(crate) async fn invite(app: &Arc<App>, author: Author, invited: Invited) -> Result<(), Problem> {
    let id = StaffId::from_u128(ids::fresh());
    let Invited { name, email, role, locale } = invited;
    let now = clock::now();
    let (invitation, mail) = written(app, id, (name, email, role), locale);
    app.write_or_refuse(move |tx| {
        if tx.staff_by_email(&invitation.email)?.is_some() {
            let detail = "Somebody signs in with this address already.";
            return Err(Problem::invalid("email", "staff_known", detail));
        }
        if tx.staff_invitation_to(&invitation.email)?.is_some_and(|known| known.expires_at > now) {
            let detail =
                "Somebody is invited to this address already: send that invitation again or withdraw it.";
            return Err(Problem::invalid("email", "invited_already", detail));
        }
        let after = json!({"email": invitation.email, "name": invitation.name, "role": role.word()});
        tx.insert_staff_invitation(&invitation)?;
        tx.insert_mail(&mail)?;
        Ok(author.note(tx, &Change::new("staff.invite", id).after_json(&after))?)
    })
    .await?;
    app.mail_news.notify_one();
    Ok(())
}

/// Sends an invitation again, with a new link.
pub(crate) async fn invite_again(app: &Arc<App>, author: Author, id: StaffId) -> Result<(), Problem> {
    let known = app.read(move |tables| tables.staff_invitation(id)).await?;
    let known = known.ok_or_else(|| Problem::not_found("invitation"))?;
    let locale = Locale::from_tag(&known.locale).unwrap_or(Locale::En);
    let before = known.token_hash;
    let (invitation, mail) = written(app, id, (known.name, known.email, known.role), locale);
    app.write_or_refuse(move |tx| {
        // One that was withdrawn, used up or sent again meanwhile does not come to life again.
        let still = tx.staff_invitation(id)?.filter(|still| still.token_hash == before);
        still.ok_or_else(|| Problem::not_found("invitation"))?;
        tx.insert_staff_invitation(&invitation)?;
        tx.insert_mail(&mail)?;
        Ok::<_, Problem>(author.note(tx, &Change::new("staff.invite_again", id))?)
    })
    .await?;
    app.mail_news.notify_one();
    Ok(())
}

/// Takes an invitation back: its link does not work any more.
pub(crate) async fn withdraw(app: &Arc<App>, author: Author, id: StaffId) -> Result<(), Problem> {
    app.write_or_refuse(move |tx| {
        if !tx.delete_staff_invitation(id)? {
            return Err(Problem::not_found("invitation"));
        }
        Ok(author.note(tx, &Change::new("staff.withdraw_invitation", id))?)
    })
    .await
}

/// The invitation of this link, if it still works.
pub(crate) async fn invitation(app: &Arc<App>, token: &str) -> Result<StaffInvitation, Problem> {
    let (hash, now) = (sessions::hash(token), clock::now());
    let found = app.read(move |tables| tables.staff_invitation_by_token(&hash, now)).await?;
    found.ok_or_else(link_expired)
}

/// Uses an invitation up: from now on its owner signs in with this password.
pub(crate) async fn accept(
    app: &Arc<App>,
    invitation: &StaffInvitation,
    password_hash: Hidden<String>,
    author: Author,
) -> Result<(), Problem> {
    let (hash, id, now) = (invitation.token_hash.clone(), invitation.id, clock::now());
    app.write_or_refuse(move |tx| {
        let known = tx.staff_invitation_by_token(&hash, now)?.ok_or_else(link_expired)?;
        let StaffInvitation { email, name, role, .. } = known;
        // Written down at the command line since.
        if tx.staff_by_email(&email)?.is_some() {
            return Err(link_expired());
        }
        tx.delete_staff_invitation(id)?;
        let after = json!({"email": email, "name": name, "role": role.word()});
        tx.insert_staff(&Staff {
            id,
            email,
            name,
            password_hash: password_hash.clone(),
            role,
            created_at: now,
            disabled_at: None,
        })?;
        Ok(author.note(tx, &Change::new("staff.accept_invitation", id).after_json(&after))?)
    })
    .await
}

/// Gives somebody another role. `last_admin` if nobody else would be left who may change staff.
pub(crate) async fn set_role(
    app: &Arc<App>,
    author: Author,
    id: StaffId,
    role: StaffRole,
) -> Result<(), Problem> {
    let done = app.write_or_refuse(move |tx| {
        let known = find(tx, id)?;
        if known.role == role {
            return Ok(Vec::new());
        }
        if role != StaffRole::Admin {
            another_admin(tx, &known)?;
        }
        tx.set_staff_role(id, role)?;
        let change = Change::new("staff.set_role", id).before(&json!({"role": known.role.word()}))?;
        author.note(tx, &change.after_json(&json!({"role": role.word()})))?;
        Ok::<_, Problem>(viewing::end_all(tx, &author, id, clock::now())?)
    });
    rights_changed(app, &done.await?);
    Ok(())
}

/// Has open pages look again at what somebody of staff may do there: those of customers that he viewed until now, and those of staff.
pub(crate) fn rights_changed(app: &App, seen: &[CustomerId]) {
    look_again(app, seen);
    app.live.notify_staff();
}

/// Has the open pages of customers look again that were viewed until now.
pub(crate) fn look_again(app: &App, seen: &[CustomerId]) {
    seen.iter().for_each(|customer| app.live.notify(*customer));
}

/// Lets somebody in no more and ends his sessions, or lets him in again. `last_admin` as above.
pub(crate) async fn set_disabled(
    app: &Arc<App>,
    author: Author,
    id: StaffId,
    is_disabled: bool,
) -> Result<(), Problem> {
    let done = app.write_or_refuse(move |tx| {
        let known = find(tx, id)?;
        if known.disabled_at.is_some() == is_disabled {
            return Ok(Vec::new());
        }
        if is_disabled {
            another_admin(tx, &known)?;
            tx.delete_sessions_of(SessionOwner::Staff(id))?;
            tx.delete_staff_links_of(id)?;
        }
        tx.set_staff_disabled(id, is_disabled.then(clock::now))?;
        let action = if is_disabled { "staff.disable" } else { "staff.enable" };
        author.note(tx, &Change::new(action, id))?;
        Ok::<_, Problem>(if is_disabled {
            viewing::end_all(tx, &author, id, clock::now())?
        } else {
            Vec::new()
        })
    });
    rights_changed(app, &done.await?);
    Ok(())
}

/// Signs somebody out everywhere.
pub(crate) async fn end_sessions(app: &Arc<App>, author: Author, id: StaffId) -> Result<(), Problem> {
    let done = app.write_or_refuse(move |tx| {
        find(tx, id)?;
        let ended = tx.delete_sessions_of(SessionOwner::Staff(id))?;
        let change = Change::new("staff.end_sessions", id).after_json(&json!({ "ended": ended }));
        author.note(tx, &change)?;
        Ok::<_, Problem>(viewing::end_all(tx, &author, id, clock::now())?)
    });
    rights_changed(app, &done.await?);
    Ok(())
}

fn find(tx: &Tx<'_>, id: StaffId) -> Result<Staff, Problem> {
    tx.staff(id)?.ok_or_else(|| Problem::not_found("staff"))
}

/// Refuses to lose the last one who may change staff.
fn another_admin(tx: &Tx<'_>, leaving: &Staff) -> Result<(), Problem> {
    let is_admin = leaving.role == StaffRole::Admin && leaving.disabled_at.is_none();
    if is_admin && tx.others_of_role(StaffRole::Admin, leaving.id)? == 0 {
        let detail = "Nobody else is an admin: make somebody one first.";
        return Err(Problem::new(StatusCode::CONFLICT, "last_admin", detail));
    }
    Ok(())
}

/// An invitation with a new link, and the letter that brings it.
fn written(
    app: &App,
    id: StaffId,
    (name, email, role): (String, String, StaffRole),
    locale: Locale,
) -> (StaffInvitation, outbox::Mail) {
    let (now, secret) = (clock::now(), ids::secret_text(SECRET_BYTES));
    let brand = &app.config.brand;
    let url = format!("{}{INVITATION_PATH}?token={secret}", app.config.server.public_url);
    let invitation = StaffInvitation {
        id,
        email: email.to_lowercase(),
        name,
        role,
        token_hash: sessions::hash(&secret),
        locale: locale.tag().to_owned(),
        created_at: now,
        expires_at: now.plus(INVITATION_LASTS),
    };
    let reader = Reader::new(locale, brand.time_zone.clone());
    // Links end by the machine's clock; in a trial people are told by the clock they are shown.
    let until = invitation.expires_at.plus(app.ledger.clock_offset());
    let letter = mail::staff_invitation(&reader, &app.config.brand().name, &invitation.name, &url, until);
    let mail = posted(app, "staff_invitation", &invitation.email, letter, locale);
    (invitation, mail)
}

/// A letter to somebody of staff, as it waits to be sent.
pub(crate) fn posted(
    app: &App,
    kind: &str,
    recipient: &str,
    letter: mail::Mail,
    locale: Locale,
) -> outbox::Mail {
    outbox::Mail {
        id: MailId::from_u128(ids::fresh()),
        kind: kind.to_owned(),
        recipient: recipient.to_owned(),
        subject: letter.subject,
        body: letter.body,
        locale: locale.tag().to_owned(),
        created_at: app.ledger.now(),
        sent_at: None,
        attempts: 0,
        next_attempt_at: Some(clock::now()),
        last_error: None,
        customer: None,
    }
}

fn link_expired() -> Problem {
    Problem::new(StatusCode::GONE, "link_expired", "The link was used or is too old.")
}
