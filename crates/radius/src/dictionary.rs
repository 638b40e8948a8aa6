//! The numbers of attributes and vendors that are used here, with the names their RFCs give them.

use std::fmt;

/// The number of an attribute. Numbers without a name here are carried along as they are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttributeType(pub u8);

/// A vendor by its number at IANA (RFC 2865 §5.26).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Vendor(pub u32);

impl Vendor {
    /// MikroTik; its attributes are in [`crate::mikrotik`].
    pub const MIKROTIK: Self = Self(14_988);
    /// Juniper's routers for subscribers (JunosE, MX), once Unisphere; see [`crate::apart`].
    pub const JUNIPER_ERX: Self = Self(4_874);
    /// Nokia, once Alcatel-Lucent; see [`crate::apart`].
    pub const NOKIA: Self = Self(6_527);
    /// ChilliSpot and CoovaChilli; see [`crate::apart`].
    pub const CHILLISPOT: Self = Self(14_559);
}

macro_rules! attributes {
    ($($constant:ident = $number:literal, $name:literal;)*) => {
        impl AttributeType {
            $(
                #[doc = concat!("`", $name, "`.")]
                pub const $constant: Self = Self($number);
            )*

            /// The name its RFC gives it; none for those that are not used here.
            #[must_use]
            pub fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($number => Some($name),)*
                    _ => None,
                }
            }
        }
    };
}

attributes! {
    // RFC 2865
    USER_NAME = 1, "User-Name";
    USER_PASSWORD = 2, "User-Password";
    CHAP_PASSWORD = 3, "CHAP-Password";
    NAS_IP_ADDRESS = 4, "NAS-IP-Address";
    NAS_PORT = 5, "NAS-Port";
    SERVICE_TYPE = 6, "Service-Type";
    FRAMED_PROTOCOL = 7, "Framed-Protocol";
    FRAMED_IP_ADDRESS = 8, "Framed-IP-Address";
    FILTER_ID = 11, "Filter-Id";
    REPLY_MESSAGE = 18, "Reply-Message";
    STATE = 24, "State";
    CLASS = 25, "Class";
    VENDOR_SPECIFIC = 26, "Vendor-Specific";
    SESSION_TIMEOUT = 27, "Session-Timeout";
    IDLE_TIMEOUT = 28, "Idle-Timeout";
    CALLED_STATION_ID = 30, "Called-Station-Id";
    CALLING_STATION_ID = 31, "Calling-Station-Id";
    NAS_IDENTIFIER = 32, "NAS-Identifier";
    PROXY_STATE = 33, "Proxy-State";
    // RFC 2866
    ACCT_STATUS_TYPE = 40, "Acct-Status-Type";
    ACCT_DELAY_TIME = 41, "Acct-Delay-Time";
    ACCT_INPUT_OCTETS = 42, "Acct-Input-Octets";
    ACCT_OUTPUT_OCTETS = 43, "Acct-Output-Octets";
    ACCT_SESSION_ID = 44, "Acct-Session-Id";
    ACCT_AUTHENTIC = 45, "Acct-Authentic";
    ACCT_SESSION_TIME = 46, "Acct-Session-Time";
    ACCT_INPUT_PACKETS = 47, "Acct-Input-Packets";
    ACCT_OUTPUT_PACKETS = 48, "Acct-Output-Packets";
    ACCT_TERMINATE_CAUSE = 49, "Acct-Terminate-Cause";
    ACCT_MULTI_SESSION_ID = 50, "Acct-Multi-Session-Id";
    // RFC 2869
    ACCT_INPUT_GIGAWORDS = 52, "Acct-Input-Gigawords";
    ACCT_OUTPUT_GIGAWORDS = 53, "Acct-Output-Gigawords";
    EVENT_TIMESTAMP = 55, "Event-Timestamp";
    CHAP_CHALLENGE = 60, "CHAP-Challenge";
    NAS_PORT_TYPE = 61, "NAS-Port-Type";
    EAP_MESSAGE = 79, "EAP-Message";
    MESSAGE_AUTHENTICATOR = 80, "Message-Authenticator";
    ACCT_INTERIM_INTERVAL = 85, "Acct-Interim-Interval";
    NAS_PORT_ID = 87, "NAS-Port-Id";
    FRAMED_POOL = 88, "Framed-Pool";
    // RFC 3162, 4818
    NAS_IPV6_ADDRESS = 95, "NAS-IPv6-Address";
    FRAMED_INTERFACE_ID = 96, "Framed-Interface-Id";
    FRAMED_IPV6_PREFIX = 97, "Framed-IPv6-Prefix";
    // RFC 5176
    ERROR_CAUSE = 101, "Error-Cause";
    DELEGATED_IPV6_PREFIX = 123, "Delegated-IPv6-Prefix";
    // RFC 6911
    FRAMED_IPV6_ADDRESS = 168, "Framed-IPv6-Address";
}

impl fmt::Display for AttributeType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => formatter.write_str(name),
            None => write!(formatter, "Attribute-{}", self.0),
        }
    }
}

impl fmt::Debug for AttributeType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self}")
    }
}
