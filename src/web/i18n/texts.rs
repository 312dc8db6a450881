//! All texts of one language.

use super::{
    AccountTexts, ActivityTexts, AdminTexts, AllApplicationsTexts, AuditTexts, ClaimTexts, ClientErrorsTexts,
    ClientTexts, CompatibilityTexts, ConnectedTexts, ConsentTexts, DeliveryTexts, DeveloperTexts, DeviceTexts,
    DoneTexts, ErrorCodesTexts, ErrorTexts, FormPostTexts, FormTexts, FrameTexts, GroupsTexts, HomeTexts,
    InvitationsTexts, KeysTexts, LoginTexts, LogoutTexts, OwnClientTexts, OwnDataTexts, PasswordTexts, PeopleTexts,
    PresetTexts, ProfileTexts, ProofTexts, RefreshScheduleTexts, RefusalTexts, RegisteredTexts, RemedyTexts,
    ResetTexts, ScopeTexts, SecurityTexts, SessionsTexts, SetupTexts, SignupTexts, SnippetTexts, TimeTexts,
    WithheldTexts, WrongHostTexts,
};

texts! {
    /// One language.
    Texts(_) {
        /// Its tag: RFC 5646, as `en`.
        tag;
        frame: FrameTexts;
        form: FormTexts;
        proof: ProofTexts;
        login: LoginTexts;
        signup: SignupTexts;
        setup: SetupTexts;
        logout: LogoutTexts;
        home: HomeTexts;
        form_post: FormPostTexts;
        security: SecurityTexts;
        audit: AuditTexts;
        client_errors: ClientErrorsTexts;
        client: ClientTexts;
        consent: ConsentTexts;
        withheld: WithheldTexts;
        device: DeviceTexts;
        developer: DeveloperTexts;
        own_client: OwnClientTexts;
        compatibility: CompatibilityTexts;
        remedy: RemedyTexts;
        delivery: DeliveryTexts;
        registered: RegisteredTexts;
        snippet: SnippetTexts;
        account: AccountTexts;
        profile: ProfileTexts;
        password: PasswordTexts;
        sessions: SessionsTexts;
        connected: ConnectedTexts;
        refresh_schedule: RefreshScheduleTexts;
        own_data: OwnDataTexts;
        error: ErrorTexts;
        error_codes: ErrorCodesTexts;
        wrong_host: WrongHostTexts;
        reset: ResetTexts;
        admin: AdminTexts;
        people: PeopleTexts;
        all_groups: GroupsTexts;
        activity: ActivityTexts;
        invitations: InvitationsTexts;
        all_applications: AllApplicationsTexts;
        keys: KeysTexts;
        done: DoneTexts;
        scope: ScopeTexts;
        claim: ClaimTexts;
        time: TimeTexts;
        preset: PresetTexts;
        refusal: RefusalTexts;
    }
}

/// A text of an area, for a list in a view.
pub(crate) type TextOf<W> = fn(&W) -> &'static str;
