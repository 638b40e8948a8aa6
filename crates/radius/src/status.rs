//! Status-Server (RFC 5997): how a router or proxy asks whether a server is alive.

use crate::authenticator::{Authenticator, Secret};
use crate::draft::Draft;
use crate::error::Error;
use crate::packet::{Code, Packet};

/// On which port the question came; the answer differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusPort {
    /// Authentication, 1812: answered by an Access-Accept.
    Access,
    /// Accounting, 1813: answered by an Accounting-Response.
    Accounting,
}

/// The question. `random` never comes twice.
///
/// # Errors
/// None in practice: the packet is short.
pub fn status_server(identifier: u8, random: &Authenticator, secret: &Secret) -> Result<Vec<u8>, Error> {
    Draft::protected(Code::StatusServer, identifier).sign_random_request(random, secret)
}

/// The answer to a verified question.
///
/// # Errors
/// [`Error::UnexpectedCode`] when `request` is no Status-Server.
pub fn answer_status_server(
    request: &Packet<'_>,
    port: StatusPort,
    secret: &Secret,
) -> Result<Vec<u8>, Error> {
    if request.code() != Code::StatusServer {
        return Err(Error::UnexpectedCode(request.code().number()));
    }
    let code = match port {
        StatusPort::Access => Code::AccessAccept,
        StatusPort::Accounting => Code::AccountingResponse,
    };
    Draft::answering(request, code)?.sign_response(request, secret)
}
