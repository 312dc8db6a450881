use crate::web::words::{FieldWords, FrameWords};

pub(super) const FRAME: FrameWords = FrameWords {
    skip_to_content: "Skip to the content",
    about_this_server: "About this server",
    api_documentation: "API documentation",
    your_pages: "Your pages",
    account: "Account",
    applications: "Applications",
    administration: "Administration",
};

pub(super) const FIELD: FieldWords = FieldWords {
    username: "Username",
    email: "Email",
    password: "Password",
    new_password: "New password",
    optional: "(optional)",
    error: "Error: ",
};
