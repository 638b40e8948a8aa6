//! The router as a server of CoA and Disconnect: which session is meant, what it does, what it answers.

use std::collections::VecDeque;
use std::net::SocketAddr;

use radius::{
    Change, ChangeAnswer, ChangeRequest, Code, ErrorCause, Packet, SessionIdentity, TerminateCause, answer,
    verify_request,
};

use super::{ChangeBehaviour, Plant};
use crate::router::sessions::Session;

/// How many answers are kept for those who ask again because an answer was lost.
const ANSWERS_MAX: usize = 64;

/// What was asked and answered lately.
#[derive(Default)]
pub(super) struct Answered(VecDeque<(SocketAddr, Vec<u8>, Vec<u8>)>);

impl Plant {
    /// Does what a datagram asks, and returns the answer. What is not signed with the secret gets none (RFC 5176 §2.3).
    pub(super) fn change(&mut self, datagram: &[u8], from: SocketAddr, now: i64) -> Option<Vec<u8>> {
        let request = Packet::parse(datagram).ok()?;
        if !matches!(request.code(), Code::CoaRequest | Code::DisconnectRequest) {
            return None;
        }
        verify_request(&request, &self.secret).ok()?;
        self.changes_heard += 1;
        if self.faults.changes == ChangeBehaviour::Silent {
            return None;
        }
        let known =
            self.answered.0.iter().find(|(asker, asked, _)| *asker == from && asked == request.bytes());
        if let Some((_, _, said)) = known {
            return Some(said.clone());
        }
        let said = match self.obey(&request, now) {
            Ok(()) => ChangeAnswer::Acknowledged,
            Err(cause) => ChangeAnswer::Refused(Some(cause)),
        };
        let said = answer(&request, said, &self.secret).ok()?;
        self.answered.0.truncate(ANSWERS_MAX - 1);
        self.answered.0.push_front((from, request.bytes().to_vec(), said.clone()));
        Some(said)
    }

    fn obey(&mut self, request: &Packet<'_>, now: i64) -> Result<(), ErrorCause> {
        let wish = ChangeRequest::read(request)?;
        let session = self.meant(&wish.session)?;
        if self.faults.changes == ChangeBehaviour::OnlyAcknowledges {
            return Ok(());
        }
        let gone = |_| ErrorCause::SessionContextNotFound;
        if request.code() == Code::DisconnectRequest {
            return self.hang_up(&session, now, TerminateCause::AdminReset).map_err(gone);
        }
        let open = self.session(&session, now).map_err(gone)?;
        for change in wish.changes {
            match change {
                Change::RateLimit(limit) => open.rate_limit = limit,
                // An empty name takes the subscriber out of the list.
                Change::AddressList(name) => {
                    open.address_list = Some(name.into_owned()).filter(|name| !name.is_empty());
                }
                Change::Class(class) => open.class = Some(class.into_owned()),
                Change::InterimInterval(seconds) => open.interim_seconds = seconds.max(1),
            }
        }
        // The acknowledgement promises; this report shows it.
        self.report_session(&session, now).map_err(gone)
    }

    /// The one session of which all that is said is true.
    fn meant(&self, said: &SessionIdentity<'_>) -> Result<String, ErrorCause> {
        let other_router = said.nas_ip.is_some_and(|ip| ip != self.ip)
            || said.nas_identifier.as_ref().is_some_and(|identifier| *identifier != self.identifier);
        if other_router {
            return Err(ErrorCause::NasIdentificationMismatch);
        }
        if said.session_id.is_none() && said.user_name.is_none() && said.framed_ip.is_none() {
            return Err(ErrorCause::MissingAttribute);
        }
        let fits = |session: &&Session| {
            said.session_id.as_ref().is_none_or(|id| *id == session.id)
                && said.user_name.as_ref().is_none_or(|login| *login == session.login)
                && said.framed_ip.is_none_or(|ip| ip == session.ip)
        };
        let mut found = self.sessions.iter().filter(fits);
        match (found.next(), found.next()) {
            (Some(session), None) => Ok(session.id.clone()),
            (Some(_), Some(_)) => Err(ErrorCause::MultipleSessionSelectionUnsupported),
            (None, _) => Err(ErrorCause::SessionContextNotFound),
        }
    }
}
