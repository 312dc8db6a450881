//! Answers `signet user` and `signet client` with the endpoints of the management API.

use std::net::{IpAddr, Ipv4Addr};

use crate::{
    account::record::{Account, AccountId},
    command::{ClientCommand, ClientSettings, CommandAnswer, SecretCommand, Typed, UserCommand},
    endpoint::{
        Signet,
        access::Access,
        clients::{
            self, RegisteredClient,
            management::{self, ClientFilter},
            settings::{self, change_members},
        },
        invitations::{self, InvitationRequest},
        management::ManagementRefusal,
        new_account::{NewAccount, ProfileForm},
        page::{LARGEST_PAGE, Page, PageQuery},
        password_change::{PasswordChange, PasswordSource, change_password},
        password_resets,
        users::{self, UserFilter},
    },
    oauth::{
        client::Client,
        client_setting::{MEMBERS, member},
        registration::RegistrationRequest,
    },
    secret::Secret,
};
use serde_json::Value;

type Outcome = Result<Vec<String>, ManagementRefusal>;

pub(super) async fn user(signet: &Signet, command: UserCommand, password: Option<Typed>) -> CommandAnswer {
    let operator = Access::operator();
    let password = password.map(|typed| Secret::new(typed.0));
    answered(match command {
        UserCommand::List { username, email } => list_users(signet, &operator, (username, email)),
        UserCommand::Show { user } => found(signet, &user).map(|account| describe_user(&account)),
        UserCommand::Invite { email, groups } => {
            let form = InvitationRequest { email, groups, ..InvitationRequest::default() };
            let invited = invitations::create(signet, &operator, &form).await;
            invited.map(|invited| vec![invited.link.expose().to_owned()])
        }
        UserCommand::Add { .. } => add_user(signet, &operator, command, password).await,
        UserCommand::Password { user } => set_password(signet, &operator, &user, password).await,
        UserCommand::ResetLink { user } => match found(signet, &user) {
            Ok(account) => {
                let made = password_resets::create(signet, &operator, account.id.as_str()).await;
                made.map(|made| vec![made.link.expose().to_owned()])
            }
            Err(refusal) => Err(refusal),
        },
        UserCommand::Enable { user } => set_standing(signet, &operator, &user, false).await,
        UserCommand::Disable { user } => set_standing(signet, &operator, &user, true).await,
        UserCommand::Unlock { user } => match found(signet, &user) {
            Ok(account) => users::unlock(signet, &operator, account.id.as_str()).await.map(|()| Vec::new()),
            Err(refusal) => Err(refusal),
        },
        UserCommand::Delete { user } => match found(signet, &user) {
            Ok(account) => users::delete(signet, &operator, account.id.as_str()).await.map(|()| Vec::new()),
            Err(refusal) => Err(refusal),
        },
    })
}

pub(super) async fn client(signet: &Signet, command: ClientCommand) -> CommandAnswer {
    let operator = Access::operator();
    answered(match command {
        ClientCommand::List { name } => list_clients(signet, &operator, name.as_deref()),
        ClientCommand::Show { client_id } => {
            management::show(signet, &operator, &client_id).map(|client| describe_client(&client))
        }
        ClientCommand::Add { .. } => add_client(signet, &operator, command).await,
        ClientCommand::Set { client_id, client_name, settings } => {
            set_client(signet, &operator, &client_id, (client_name, *settings)).await
        }
        ClientCommand::Enable { client_id } => {
            management::set_disabled(signet, &operator, &client_id, false).await.map(|_| Vec::new())
        }
        ClientCommand::Disable { client_id } => {
            management::set_disabled(signet, &operator, &client_id, true).await.map(|_| Vec::new())
        }
        ClientCommand::Delete { client_id } => {
            management::delete(signet, &operator, &client_id).await.map(|()| Vec::new())
        }
        ClientCommand::Secret(SecretCommand::Add { client_id }) => {
            let added = management::add_secret(signet, &operator, &client_id).await;
            added.map(|(client, secret)| told(&RegisteredClient { client, client_secret: Some(secret) }))
        }
        ClientCommand::Secret(SecretCommand::Remove { client_id, number }) => {
            management::remove_secret(signet, &operator, &client_id, number).await.map(|_| Vec::new())
        }
    })
}

fn answered(outcome: Outcome) -> CommandAnswer {
    match outcome {
        Ok(lines) => CommandAnswer::Lines(lines),
        Err(refusal) => CommandAnswer::Refused(refusal.to_string()),
    }
}

/// Collects all entries of a paginated list, up to the limit of one answer.
fn all<T>(
    mut page: impl FnMut(PageQuery<'_>) -> Result<Page<T>, ManagementRefusal>,
    line: impl Fn(&T) -> String,
) -> Outcome {
    let (mut lines, mut token) = (Vec::new(), None::<String>);
    loop {
        let request = PageQuery { limit: Some(LARGEST_PAGE.into()), page_token: token.as_deref() };
        let found = page(request)?;
        lines.extend(found.entries.iter().map(&line));
        token = found.next_page_token;
        if token.is_none() {
            return Ok(lines);
        }
        if lines.len() >= MOST_LINES {
            lines
                .push(format!("… and more: only {MOST_LINES} are printed. Narrow the list, or use the management API"));
            return Ok(lines);
        }
    }
}

fn list_users(signet: &Signet, operator: &Access, (username, email): (Option<String>, Option<String>)) -> Outcome {
    let filter = UserFilter { username: username.as_deref(), email: email.as_deref(), ..UserFilter::default() };
    let line = |account: &Account| {
        let email = account.email.as_ref().map_or("-", |email| email.as_str());
        let username = account.username.as_str();
        format!("{}  {username}  {}  {}  {email}", account.id.as_str(), account.role.as_str(), standing(account))
    };
    all(|request| users::list(signet, operator, filter, request), line)
}

fn list_clients(signet: &Signet, operator: &Access, name: Option<&str>) -> Outcome {
    let filter = ClientFilter { client_name: name, owner: None };
    let line = |client: &Client| {
        let standing = if client.is_disabled { "disabled" } else { "active" };
        format!("{}  {}  {standing}", client.client_id, client.metadata.client_name)
    };
    all(|request| management::list(signet, operator, filter, request), line)
}

async fn add_user(signet: &Signet, operator: &Access, command: UserCommand, password: Option<Secret>) -> Outcome {
    let UserCommand::Add { username, email, email_verified, name, employee_number, groups, administrator, .. } =
        command
    else {
        return Ok(Vec::new());
    };
    let mut profile = ProfileForm { username: Some(username), email, name, ..ProfileForm::default() };
    profile.ordered.email_verified = profile.email.as_ref().map(|_| email_verified);
    profile.ordered.employee_number = employee_number;
    profile.ordered.groups = Some(groups);
    profile.ordered.role = administrator.then(|| "administrator".to_owned());
    let created =
        users::create(signet, Some(operator), NewAccount { profile, password }, None, operator.origin()).await?;
    Ok(vec![created.id.as_str().to_owned()])
}

async fn set_password(signet: &Signet, operator: &Access, user: &str, password: Option<Secret>) -> Outcome {
    let account = found(signet, user)?;
    let missing = || ManagementRefusal::invalid("no password was entered");
    let change = PasswordChange {
        current_password: None,
        new_password: password.ok_or_else(missing)?,
        source: PasswordSource { address: IpAddr::V4(Ipv4Addr::LOCALHOST), device: None },
    };
    change_password(signet, operator, account.id.as_str(), &change).await.map(|_| Vec::new())
}

async fn set_standing(signet: &Signet, operator: &Access, user: &str, is_disabled: bool) -> Outcome {
    let account = found(signet, user)?;
    users::set_disabled(signet, operator, account.id.as_str(), is_disabled).await.map(|_| Vec::new())
}

async fn add_client(signet: &Signet, operator: &Access, command: ClientCommand) -> Outcome {
    let ClientCommand::Add { client_name, is_public, is_native, settings } = command else {
        return Ok(Vec::new());
    };
    let mut members = settings.members().map_err(ManagementRefusal::invalid)?;
    members.insert("client_name".to_owned(), client_name.into());
    if is_public {
        members.insert("token_endpoint_auth_method".to_owned(), "none".into());
    }
    if is_native {
        members.insert("application_type".to_owned(), "native".into());
    }
    let request = serde_json::from_value::<RegistrationRequest>(Value::Object(members));
    let request = request.map_err(|error| ManagementRefusal::invalid(error.to_string()))?;
    let registered = clients::register_by_token(signet, &request, operator).await?;
    let warning = warning(signet, &registered.client).await;
    Ok(told(&registered).into_iter().chain(warning).collect())
}

async fn set_client(
    signet: &Signet,
    operator: &Access,
    client_id: &str,
    (client_name, settings): (Option<String>, ClientSettings),
) -> Outcome {
    let mut members = settings.members().map_err(ManagementRefusal::invalid)?;
    members.extend(client_name.map(|name| ("client_name".to_owned(), name.into())));
    if members.is_empty() {
        return Err(ManagementRefusal::invalid("no setting was given; signet client set --help lists the settings"));
    }
    let (client, secret) = change_members(signet, operator, client_id, |_| members.clone()).await?;
    let warning = warning(signet, &client).await;
    let secret = secret.map(|secret| format!("client_secret: {}", secret.expose()));
    Ok(secret.into_iter().chain(warning).collect())
}

async fn warning(signet: &Signet, client: &Client) -> Option<String> {
    settings::warning(signet, client).await.map(|warning| format!("warning: {warning}"))
}

fn told(registered: &RegisteredClient) -> Vec<String> {
    let secret = registered.client_secret.as_ref().map(|secret| format!("client_secret: {}", secret.expose()));
    [format!("client_id: {}", registered.client.client_id)].into_iter().chain(secret).collect()
}

/// Finds a user by username, verified e-mail address or identifier.
fn found(signet: &Signet, user: &str) -> Result<Account, ManagementRefusal> {
    let kept = match AccountId::parse(user) {
        Ok(id) => signet.store.account(&id)?,
        Err(_) => signet.store.account_by_name(user)?,
    };
    kept.map(|kept| kept.record).ok_or(ManagementRefusal::NotFound("there is no such user"))
}

fn describe_user(account: &Account) -> Vec<String> {
    let mut lines = vec![
        format!("id: {}", account.id.as_str()),
        format!("username: {}", account.username.as_str()),
        format!("role: {}", account.role.as_str()),
        format!("status: {}", standing(account)),
        format!("created_at: {}", account.created_at),
    ];
    let groups: Vec<&str> = account.groups.iter().collect();
    let further = [
        ("email", account.email.as_ref().map(|email| email.as_str())),
        ("name", account.claims.name.as_ref().map(|name| name.as_str())),
        ("employee_number", account.employee_number.as_ref().map(|number| number.as_str())),
    ];
    lines.extend(further.into_iter().filter_map(|(name, value)| value.map(|value| format!("{name}: {value}"))));
    lines.push(format!("groups: {}", groups.join(", ")));
    lines
}

fn describe_client(client: &Client) -> Vec<String> {
    let metadata = &client.metadata;
    let mut lines = vec![
        format!("client_id: {}", client.client_id),
        format!("client_name: {}", metadata.client_name),
        format!("status: {}", if client.is_disabled { "disabled" } else { "active" }),
        format!("token_endpoint_auth_method: {}", metadata.token_endpoint_auth_method.as_str()),
        format!("application_type: {}", metadata.application_type.as_str()),
        format!("scope: {}", metadata.scope),
    ];
    lines.extend(metadata.grant_types.iter().map(|grant_type| format!("grant_type: {}", grant_type.as_str())));
    lines.extend(metadata.redirect_uris.iter().map(|uri| format!("redirect_uri: {}", uri.as_str())));
    for name in MEMBERS {
        let is_shown = lines.iter().any(|line| line.split(':').next().is_some_and(|told| name.starts_with(told)));
        match member(metadata, name) {
            Value::Null => {}
            _ if is_shown => {}
            Value::Array(values) if values.is_empty() => {}
            Value::String(text) => lines.push(format!("{name}: {text}")),
            value => lines.push(format!("{name}: {value}")),
        }
    }
    lines.extend(client.owner().map(|owner| format!("owner: {owner}")));
    let secret = |number: u32, made| format!("client_secret {number}: created {made}");
    lines.extend(client.secrets.iter().map(|one| secret(one.number, one.created_at)));
    lines
}

fn standing(account: &Account) -> &'static str {
    if account.is_active() { "active" } else { "disabled" }
}

/// Maximum number of lines per answer, because an answer on the socket is limited in size.
const MOST_LINES: usize = 1000;
