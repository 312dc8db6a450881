//! `/consent`: a user allows or denies what an application requests.

use time::Duration;

use super::{
    InternalError, Signet,
    interaction::{Interaction, InteractionRefusal},
    session::{self, Browser, CurrentSession},
};
use crate::{
    oauth::client::Client,
    oidc::step::{Consent, Decision, Question, Step, Wanted, next_step},
};

/// The content of the consent page.
#[derive(Debug)]
pub struct ConsentQuestion {
    /// The requesting application.
    pub client: Client,
    /// The signed-in user.
    pub person: CurrentSession,
    /// The requested scope and claims.
    pub wanted: Wanted,
    pub interaction: Interaction,
}

/// The user's decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentDecision {
    Allow {
        /// Whether to remember the consent for later requests.
        remember: bool,
    },
    Deny,
}

/// A user who may not use the application.
#[derive(Debug)]
pub struct NotAdmitted {
    pub client: Client,
    pub person: CurrentSession,
    interaction: Interaction,
}

/// Reasons why the page cannot be shown or answered.
#[derive(Debug)]
pub enum ConsentRefusal {
    /// The interaction cannot continue.
    Interaction(InteractionRefusal),
    /// The user is in none of the groups that may use the application.
    NotAdmitted(Box<NotAdmitted>),
    /// No consent is needed (any more): `/authorize` determines the next step.
    NothingToAsk,
    Internal(InternalError),
}

/// Returns what to ask the user on this browser.
///
/// # Errors
///
/// Returns a [`ConsentRefusal`] if the page cannot be shown or answered.
pub async fn question(signet: &Signet, sealed: &str, browser: &Browser) -> Result<ConsentQuestion, ConsentRefusal> {
    let now = signet.clock.now();
    let interaction = Interaction::open(sealed, &browser.binding, signet, now).map_err(ConsentRefusal::Interaction)?;
    let client_id = &interaction.request.authorization.client_id;
    let client = signet.store.client(client_id).map_err(|cause| ConsentRefusal::Internal(cause.into()))?;
    let client = client.ok_or(ConsentRefusal::NothingToAsk)?.record;
    let person = session::current(signet, browser, now).await.map_err(ConsentRefusal::Internal)?;
    let person = person.ok_or(ConsentRefusal::NothingToAsk)?;
    let signed_in = person.signed_in();
    let client_subject = signet.client_subject(&signed_in.subject, &client);
    let remembered = signet.store.consent(&signed_in.subject, client_id);
    let remembered = remembered.map_err(|cause| ConsentRefusal::Internal(cause.into()))?;
    let scheduled_end_at = signet.scheduled_end_at(&signed_in.subject, client_id, now);
    let question = Question {
        request: &interaction.request,
        client: &client,
        started_at: interaction.started_at,
        signed_in: Some(&signed_in),
        client_subject: Some(&client_subject),
        remembered: remembered.as_ref(),
        scheduled_end_at: scheduled_end_at.map_err(ConsentRefusal::Internal)?,
        decision: interaction.decision.as_ref(),
    };
    match next_step(&question, now) {
        Step::Consent(wanted) => Ok(ConsentQuestion { client, person, wanted, interaction }),
        Step::NotAdmitted => Err(ConsentRefusal::NotAdmitted(Box::new(NotAdmitted { client, person, interaction }))),
        _ => Err(ConsentRefusal::NothingToAsk),
    }
}

/// Records the user's decision in the interaction, which continues at `/authorize`.
///
/// # Errors
///
/// Returns a [`ConsentRefusal`] if the page cannot be shown or answered.
pub async fn answer(
    signet: &Signet,
    sealed: &str,
    browser: &Browser,
    answer: ConsentDecision,
) -> Result<String, ConsentRefusal> {
    let (mut interaction, decision) = match question(signet, sealed, browser).await {
        Ok(ConsentQuestion { client, person, wanted, interaction }) => {
            let decision = match answer {
                ConsentDecision::Deny => Decision::Denied,
                ConsentDecision::Allow { remember } => {
                    if remember && client.may_skip_consent() {
                        remember_consent(signet, &client, &person, &wanted).await.map_err(ConsentRefusal::Internal)?;
                    }
                    correct_withdrawal_date(signet, &client, &person).await.map_err(ConsentRefusal::Internal)?;
                    Decision::Allowed { subject: person.subject(), wanted }
                }
            };
            (interaction, decision)
        }
        // A user who may not use the application can only report that to it.
        Err(ConsentRefusal::NotAdmitted(not_admitted)) if answer == ConsentDecision::Deny => {
            (not_admitted.interaction, Decision::Denied)
        }
        Err(refusal) => return Err(refusal),
    };
    interaction.decide(decision, signet.clock.now());
    Ok(interaction.seal(signet))
}

/// Corrects the date of a withdrawal written while the clock was ahead. The user has just consented after it, and the
/// new grant would otherwise count as older than the withdrawal.
async fn correct_withdrawal_date(
    signet: &Signet,
    client: &Client,
    person: &CurrentSession,
) -> Result<(), InternalError> {
    let Some(earlier) = signet.store.consent(&person.subject(), &client.client_id)? else { return Ok(()) };
    let before = signet.clock.now() - Duration::MICROSECOND;
    if earlier.withdrawn_at.is_none_or(|at| at <= before) {
        return Ok(());
    }
    let corrected = Consent { withdrawn_at: Some(before), ..earlier };
    signet.store.remember_consent(&person.subject(), &client.client_id, &corrected).await?;
    Ok(())
}

async fn remember_consent(
    signet: &Signet,
    client: &Client,
    person: &CurrentSession,
    wanted: &Wanted,
) -> Result<(), InternalError> {
    let earlier = signet.store.consent(&person.subject(), &client.client_id)?;
    let withdrawn_at = earlier.as_ref().and_then(|earlier| earlier.withdrawn_at);
    let mut agreed = wanted.clone();
    if let Some(earlier) = earlier {
        agreed.scope = agreed.scope.union(&earlier.scope);
        agreed.claims.extend(earlier.claims);
    }
    let Wanted { scope, claims } = agreed;
    let consent = Consent { scope, claims, granted_at: signet.clock.now(), withdrawn_at };
    signet.store.remember_consent(&person.subject(), &client.client_id, &consent).await?;
    Ok(())
}
