//! A security event, as the pages list it.

/// A security event as shown to the user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventLine {
    /// Name of the event type.
    pub event: String,
    /// Name of the application that the event is about. Empty if there is none.
    pub application: String,
    pub by: Doer,
    /// Browser and operating system.
    pub device: Option<String>,
    /// IP address of the client.
    pub address: Option<String>,
    /// Names of the changed members.
    pub members: Vec<String>,
    /// Number of further identical events that were not stored.
    pub not_written: Option<u64>,
    /// Time since the event.
    pub seconds_ago: i64,
    /// Time of the event, in words.
    pub at: String,
}

/// The actor of an event in a user's account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Doer {
    /// The user.
    #[default]
    Oneself,
    /// An administrator of users.
    Administrator,
    /// An unauthenticated client.
    Stranger,
    Application,
    Server,
}
