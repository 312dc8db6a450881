//! The actor of a security event, and the origin of the request.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::{
    account::{record::AccountId, user_agent::UserAgent},
    oauth::{client::ClientId, subject::Subject},
};

/// The identity of an actor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Principal {
    /// An authenticated user.
    Account(AccountId),
    /// An authenticated client.
    Client(ClientId),
    /// The operator: anyone who can open the data folder.
    Operator,
    /// The server itself, without a request.
    #[default]
    Server,
    /// An unauthenticated caller.
    Anonymous,
}

/// The origin of a request, as far as the request shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestOrigin {
    /// The client's IP address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// The browser and operating system. Nothing else of the header is stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<UserAgent>,
    /// The identifier of the request in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

/// The identity of an actor and the origin of the request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Actor {
    pub principal: Principal,
    pub origin: RequestOrigin,
}

impl RequestOrigin {
    /// Creates the origin of a request from its IP address, `User-Agent` header and request identifier.
    #[must_use]
    pub fn new(address: IpAddr, user_agent: &str, request_id: Option<&str>) -> Self {
        Self {
            address: Some(address),
            device: Some(UserAgent::of(user_agent)).filter(|device| *device != UserAgent::default()),
            request_id: request_id.map(ToOwned::to_owned),
        }
    }

    /// The actor `principal` at this origin.
    #[must_use]
    pub fn acting_as(&self, principal: Principal) -> Actor {
        Actor { principal, origin: self.clone() }
    }

    /// The authenticated user `account` at this origin.
    #[must_use]
    pub fn as_account(&self, account: &AccountId) -> Actor {
        self.acting_as(Principal::Account(account.clone()))
    }

    /// The authenticated client `client_id` at this origin.
    #[must_use]
    pub fn as_client(&self, client_id: &ClientId) -> Actor {
        self.acting_as(Principal::Client(client_id.clone()))
    }

    /// An unauthenticated caller at this origin.
    #[must_use]
    pub fn unknown(&self) -> Actor {
        self.acting_as(Principal::Anonymous)
    }
}

impl Principal {
    /// The user or the client with the subject `subject`.
    #[must_use]
    pub fn of(subject: &Subject, client_id: &ClientId) -> Self {
        AccountId::parse(subject.as_str()).map_or_else(|_| Self::Client(client_id.clone()), Self::Account)
    }

    /// The account, if the principal is a user.
    #[must_use]
    pub fn account(&self) -> Option<&AccountId> {
        if let Self::Account(account) = self { Some(account) } else { None }
    }

    /// The identifier, if the principal is a client.
    #[must_use]
    pub fn client_id(&self) -> Option<&ClientId> {
        if let Self::Client(client_id) = self { Some(client_id) } else { None }
    }

    /// The kind of principal, as a stable identifier.
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
