//! The operator's staff: who signs in to the console, who is invited to, and who looks at the portal as a customer.

use money::{CustomerId, StaffId, Timestamp};

use super::customers::address;
use super::{Reader, Tx};
use crate::error::StoreError;
use crate::stored::{Hidden, SecretHash, row, words};

const INSERT: &str = "INSERT INTO staff (id, email, name, password_hash, role, created_at, disabled_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const BY_ID: &str =
    "SELECT id, email, name, password_hash, role, created_at, disabled_at FROM staff WHERE id = $1";
const BY_EMAIL: &str =
    "SELECT id, email, name, password_hash, role, created_at, disabled_at FROM staff WHERE email = $1";
const ALL: &str = "SELECT id, email, name, password_hash, role, created_at, disabled_at
    FROM staff ORDER BY name, id LIMIT $1";
const OTHERS_OF_ROLE: &str =
    "SELECT count(*) FROM staff WHERE role = $1 AND disabled_at IS NULL AND id <> $2";
const SET_PASSWORD: &str = "UPDATE staff SET password_hash = $1 WHERE id = $2";
const SET_ROLE: &str = "UPDATE staff SET role = $1 WHERE id = $2";
const SET_DISABLED: &str = "UPDATE staff SET disabled_at = $1 WHERE id = $2";

const INSERT_INVITATION: &str = "INSERT INTO staff_invitations
    (id, email, name, role, token_hash, locale, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const INVITATION: &str = "SELECT id, email, name, role, token_hash, locale, created_at, expires_at
    FROM staff_invitations WHERE id = $1";
const INVITATION_BY_TOKEN: &str = "SELECT id, email, name, role, token_hash, locale, created_at, expires_at
    FROM staff_invitations WHERE token_hash = $1 AND expires_at > $2";
const INVITATIONS: &str = "SELECT id, email, name, role, token_hash, locale, created_at, expires_at
    FROM staff_invitations ORDER BY name, id LIMIT $1";
const DELETE_INVITATION: &str = "DELETE FROM staff_invitations WHERE id = $1";
const INVITATION_TO: &str = "SELECT id, email, name, role, token_hash, locale, created_at, expires_at
    FROM staff_invitations WHERE email = $1";
const DELETE_INVITATION_TO: &str = "DELETE FROM staff_invitations WHERE email = $1";

const INSERT_LINK: &str =
    "INSERT INTO staff_links (token_hash, staff, created_at, expires_at) VALUES ($1, $2, $3, $4)";
const LINK: &str = "SELECT token_hash, staff, created_at, expires_at FROM staff_links
    WHERE token_hash = $1 AND expires_at > $2";
const DELETE_LINKS_OF: &str = "DELETE FROM staff_links WHERE staff = $1";
const DELETE_ENDED_LINKS: &str = "DELETE FROM staff_links WHERE expires_at <= $1";

const INSERT_VIEW: &str =
    "INSERT INTO portal_views (token_hash, staff, customer, csrf, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6)";
const VIEW: &str = "SELECT token_hash, staff, customer, csrf, created_at, expires_at
    FROM portal_views WHERE token_hash = $1 AND expires_at > $2";
const DELETE_VIEW: &str = "DELETE FROM portal_views WHERE token_hash = $1";
const END_VIEWS_OF: &str = "DELETE FROM portal_views WHERE staff = $1
    RETURNING token_hash, staff, customer, csrf, created_at, expires_at";
const DELETE_ENDED_VIEWS: &str = "DELETE FROM portal_views WHERE expires_at <= $1";

words! {
    /// What staff do here, from which follows what they may.
    pub enum StaffRole {
        /// Everything.
        Admin = "admin",
        /// Invoices, bank, the month, and what was paid.
        Finance = "finance",
        /// Customers and what they need.
        Support = "support",
        /// Looks, and changes nothing.
        ReadOnly = "read_only",
    }
}

row! {
    /// Who signs in to the console.
    pub struct Staff {
        /// Its name.
        pub id: StaffId,
        /// What is typed to sign in; unique, kept in lower case.
        pub email: String,
        /// What people call them.
        pub name: String,
        /// The password's hash as argon2id text.
        pub password_hash: Hidden<String>,
        /// What they do here.
        pub role: StaffRole,
        /// Since when.
        pub created_at: Timestamp,
        /// Since when they are let in no more.
        pub disabled_at: Option<Timestamp>,
    }
}

row! {
    /// Somebody who has been invited and has not chosen a password yet.
    pub struct StaffInvitation {
        /// The name that he will have.
        pub id: StaffId,
        /// Where the invitation went, and with what he will sign in; unique, kept in lower case.
        pub email: String,
        /// What people call him.
        pub name: String,
        /// What he will do here.
        pub role: StaffRole,
        /// Hash of the secret in the link.
        pub token_hash: SecretHash,
        /// The language he is written to in, as a tag.
        pub locale: String,
        /// When he was invited.
        pub created_at: Timestamp,
        /// When the link stops working.
        pub expires_at: Timestamp,
    }
}

row! {
    /// A link by which a member of staff chooses a new password. It works once.
    pub struct StaffLink {
        /// Hash of the secret in it.
        pub token_hash: SecretHash,
        /// Whose it is.
        pub staff: StaffId,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it stops working.
        pub expires_at: Timestamp,
    }
}

row! {
    /// A member of staff who sees the portal as a customer does.
    pub struct PortalView {
        /// Hash of the secret in the browser's cookie.
        pub token_hash: SecretHash,
        /// Who looks.
        pub staff: StaffId,
        /// As whom.
        pub customer: CustomerId,
        /// What the form that ends it must carry.
        pub csrf: Hidden<String>,
        /// Since when.
        pub created_at: Timestamp,
        /// When it ends by itself.
        pub expires_at: Timestamp,
    }
}

impl Reader<'_> {
    /// The member of staff of this name.
    pub fn staff(&self, id: StaffId) -> Result<Option<Staff>, StoreError> {
        self.one(BY_ID, &[&id])
    }

    /// The member of staff with this address, in any case.
    pub fn staff_by_email(&self, email: &str) -> Result<Option<Staff>, StoreError> {
        self.one(BY_EMAIL, &[&address(email)])
    }

    /// All staff by name, those who are let in no more too; `limit` at most.
    pub fn all_staff(&self, limit: u32) -> Result<Vec<Staff>, StoreError> {
        self.all(ALL, &[&limit])
    }

    /// How many of this role are let in beside this one.
    pub fn others_of_role(&self, role: StaffRole, id: StaffId) -> Result<u64, StoreError> {
        Ok(self.one(OTHERS_OF_ROLE, &[&role, &id])?.unwrap_or(0))
    }

    /// The invitation of who will have this name.
    pub fn staff_invitation(&self, id: StaffId) -> Result<Option<StaffInvitation>, StoreError> {
        self.one(INVITATION, &[&id])
    }

    /// The invitation with this secret, if its link works at `now`.
    pub fn staff_invitation_by_token(
        &self,
        token_hash: &SecretHash,
        now: Timestamp,
    ) -> Result<Option<StaffInvitation>, StoreError> {
        self.one(INVITATION_BY_TOKEN, &[token_hash, &now])
    }

    /// All invitations by name, those whose time is over too; `limit` at most.
    pub fn staff_invitations(&self, limit: u32) -> Result<Vec<StaffInvitation>, StoreError> {
        self.all(INVITATIONS, &[&limit])
    }

    /// The invitation to this address, in any case, though its time be over.
    pub fn staff_invitation_to(&self, email: &str) -> Result<Option<StaffInvitation>, StoreError> {
        self.one(INVITATION_TO, &[&address(email)])
    }

    /// The link with this secret, if it works at `now`.
    pub fn staff_link(
        &self,
        token_hash: &SecretHash,
        now: Timestamp,
    ) -> Result<Option<StaffLink>, StoreError> {
        self.one(LINK, &[token_hash, &now])
    }

    /// The view with this secret, if it has not ended at `now`.
    pub fn portal_view(
        &self,
        token_hash: &SecretHash,
        now: Timestamp,
    ) -> Result<Option<PortalView>, StoreError> {
        self.one(VIEW, &[token_hash, &now])
    }
}

impl Tx<'_> {
    /// Adds a member of staff. Conflicts over `staff.email`.
    pub fn insert_staff(&self, staff: &Staff) -> Result<(), StoreError> {
        self.run(INSERT, &[&Staff { email: address(&staff.email), ..staff.clone() }])?;
        Ok(())
    }

    /// Sets the password of a member of staff.
    pub fn set_staff_password(&self, id: StaffId, password_hash: &Hidden<String>) -> Result<(), StoreError> {
        self.run_one(SET_PASSWORD, &[password_hash, &id], id.to_string())
    }

    /// Gives a member of staff another role.
    pub fn set_staff_role(&self, id: StaffId, role: StaffRole) -> Result<(), StoreError> {
        self.run_one(SET_ROLE, &[&role, &id], id.to_string())
    }

    /// Lets a member of staff in no more, from this instant on, or again.
    pub fn set_staff_disabled(&self, id: StaffId, at: Option<Timestamp>) -> Result<(), StoreError> {
        self.run_one(SET_DISABLED, &[&at, &id], id.to_string())
    }

    /// Adds an invitation. It takes the place of an older one to the same address.
    pub fn insert_staff_invitation(&self, invitation: &StaffInvitation) -> Result<(), StoreError> {
        let email = address(&invitation.email);
        self.run(DELETE_INVITATION_TO, &[&email])?;
        self.run(INSERT_INVITATION, &[&StaffInvitation { email, ..invitation.clone() }])?;
        Ok(())
    }

    /// Takes an invitation back, or uses it up; whether it was there.
    pub fn delete_staff_invitation(&self, id: StaffId) -> Result<bool, StoreError> {
        Ok(self.run(DELETE_INVITATION, &[&id])? > 0)
    }

    /// Adds a view.
    pub fn insert_portal_view(&self, view: &PortalView) -> Result<(), StoreError> {
        self.run(INSERT_VIEW, &[view])?;
        Ok(())
    }

    /// Ends a view; whether it was there.
    pub fn delete_portal_view(&self, token_hash: &SecretHash) -> Result<bool, StoreError> {
        Ok(self.run(DELETE_VIEW, &[token_hash])? > 0)
    }

    /// Ends all views of a member of staff; those that there were.
    pub fn end_portal_views_of(&self, staff: StaffId) -> Result<Vec<PortalView>, StoreError> {
        self.all(END_VIEWS_OF, &[&staff])
    }

    /// Adds a link for a new password.
    pub fn insert_staff_link(&self, link: &StaffLink) -> Result<(), StoreError> {
        self.run(INSERT_LINK, &[link])?;
        Ok(())
    }

    /// Takes back all links of a member of staff, as one is used up or a newer one made; how many.
    pub fn delete_staff_links_of(&self, staff: StaffId) -> Result<usize, StoreError> {
        self.run(DELETE_LINKS_OF, &[&staff])
    }

    /// Forgets the links that have ended at `now`; how many.
    pub fn delete_ended_staff_links(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.run(DELETE_ENDED_LINKS, &[&now])
    }

    /// Forgets the views that have ended at `now`; how many.
    pub fn delete_ended_portal_views(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.run(DELETE_ENDED_VIEWS, &[&now])
    }
}
