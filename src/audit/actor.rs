//! Who does something, and from where.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::{
    account::{record::AccountId, session::UserAgent},
    oauth::{client::ClientId, subject::Subject},
};

/// Who has done something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Principal {
    /// A person who has shown who they are.
    Account(AccountId),
    /// An application that has shown which one it is.
    Client(ClientId),
    /// Whoever can open the data folder: the person who runs the server.
    Operator,
    /// The server, without being asked.
    #[default]
    Server,
    /// Somebody who has shown nothing.
    Anonymous,
}

/// From where somebody asks, as far as their request says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestOrigin {
    /// The address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// The browser and its system: no more of the header is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<UserAgent>,
    /// What to look for in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

/// Who does something, and from where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub principal: Principal,
    /// From where.
    pub origin: RequestOrigin,
}

impl RequestOrigin {
    /// Who asks from `address` with the header `user_agent`, in the request `request_id`.
    #[must_use]
    pub fn new(address: IpAddr, user_agent: &str, request_id: Option<&str>) -> Self {
        Self {
            address: Some(address),
            device: Some(UserAgent::of(user_agent)).filter(|device| *device != UserAgent::default()),
            request_id: request_id.map(ToOwned::to_owned),
        }
    }

    /// What `principal` does from here.
    #[must_use]
    pub fn acting_as(&self, principal: Principal) -> Actor {
        Actor { principal, origin: self.clone() }
    }

    /// What the person `account`, who has shown who they are, does from here.
    #[must_use]
    pub fn as_account(&self, account: &AccountId) -> Actor {
        self.acting_as(Principal::Account(account.clone()))
    }

    /// What the application `client_id`, which has shown which one it is, does from here.
    #[must_use]
    pub fn as_client(&self, client_id: &ClientId) -> Actor {
        self.acting_as(Principal::Client(client_id.clone()))
    }

    /// What somebody does from here who has shown nothing.
    #[must_use]
    pub fn unknown(&self) -> Actor {
        self.acting_as(Principal::Anonymous)
    }
}

impl Principal {
    /// The person or the application behind `subject`.
    #[must_use]
    pub fn of(subject: &Subject, client_id: &ClientId) -> Self {
        AccountId::parse(subject.as_str()).map_or_else(|_| Self::Client(client_id.clone()), Self::Account)
    }

    /// The person, if it is one.
    #[must_use]
    pub fn account(&self) -> Option<&AccountId> {
        if let Self::Account(account) = self { Some(account) } else { None }
    }

    /// The application, if it is one.
    #[must_use]
    pub fn client_id(&self) -> Option<&ClientId> {
        if let Self::Client(client_id) = self { Some(client_id) } else { None }
    }

    /// What it is, in a word that stays the same.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Account(_) => "account",
            Self::Client(_) => "client",
            Self::Operator => "operator",
            Self::Server => "server",
            Self::Anonymous => "anonymous",
        }
    }
}
